import type { Copy } from '#domain/recording';
import type { Evictable } from './evictable.ts';

/** What an original or a playable copy must have in the archive before the vault may give it up. */
export interface EvictionNeeds {
  /** How many archives hold it. */
  readonly copies: number;
  /** How old the last check of a copy may be, ms. */
  readonly freshMs: number;
  /** Whether only a check counts that read every byte back. */
  readonly readBack: boolean;
}

/** One original or playable copy in the vault: a name of its bytes. */
export interface NameFacts {
  readonly item: Evictable;
  /** Every copy on record of it. */
  readonly copies: readonly Copy[];
  /** When its recording was needed last: docked, looked at, derived or fetched. */
  readonly neededAtMs: number;
  /** Work of its recording waits or runs. */
  readonly busy: boolean;
  /** Its bytes are being read or fetched at this moment: played, exported, compared with a card, checked. Of a playable copy: anything of its recording is. */
  readonly inUse: boolean;
}

/** Bytes in the vault with all their names. They are freed when the last name goes, so all of them go or none. */
export interface StoredFile {
  readonly bytes: number;
  readonly names: readonly NameFacts[];
}

/** Why bytes stay in the vault now. `unverified`: there are copies enough, and a check that is too old or too weak has to be made again first. */
export const STAYS = ['not-sealed', 'busy', 'in-use', 'too-few-copies', 'unverified'] as const;
export type Stays = (typeof STAYS)[number];

/** null: the vault may give it up. */
export function whyStays(file: StoredFile, needs: EvictionNeeds, nowMs: number): Stays | null {
  const reasons = file.names.map((name) => whyNameStays(name, needs, nowMs));
  // A check is worth making only where nothing else stands in the way.
  return reasons.find((reason) => reason !== null && reason !== 'unverified') ?? reasons.find((reason) => reason !== null) ?? null;
}

function whyNameStays({ item, copies, busy, inUse }: NameFacts, needs: EvictionNeeds, nowMs: number): Stays | null {
  if (item.sha256 === null || item.evictedAtMs !== null) return 'not-sealed';
  if (busy) return 'busy';
  if (inUse) return 'in-use';
  return whyNotSafe(item, copies, needs, nowMs);
}

/** What an item lacks to be safe in archives alone; null: nothing. */
export function whyNotSafe(
  item: Pick<Evictable, 'id' | 'bytes'>,
  copies: readonly Copy[],
  needs: EvictionNeeds,
  nowMs: number,
): Extract<Stays, 'too-few-copies' | 'unverified'> | null {
  const archived = copies.filter((copy) => isArchived(item, copy));
  const places = (found: readonly Copy[]) => new Set(found.map(({ where }) => where)).size;
  const wanted = Math.max(1, needs.copies);
  if (places(archived) < wanted) return 'too-few-copies';
  return places(archived.filter((copy) => isFresh(copy, needs, nowMs))) < wanted ? 'unverified' : null;
}

/** Whether the copy is one in an archive, of all bytes of the item. */
export function isArchived(item: Pick<Evictable, 'id' | 'bytes'>, copy: Copy): boolean {
  return copy.where !== 'vault' && copy.itemId === item.id && copy.bytes === item.bytes;
}

/** Whether the last check of a copy still counts. A check from the future tells nothing of its age. */
export function isFresh({ verifiedBy, verifiedAtMs }: Copy, { readBack, freshMs }: EvictionNeeds, nowMs: number): boolean {
  const ageMs = nowMs - verifiedAtMs;
  return (!readBack || verifiedBy === 'readback') && ageMs >= 0 && ageMs <= freshMs;
}

export interface Choice {
  /** Files that may go now, the least recently needed first: enough to free what is wanted, as far as there are such. */
  readonly evict: readonly StoredFile[];
  /** Files whose copies have to be checked again before they may go; only as many as are needed beside `evict`. */
  readonly check: readonly StoredFile[];
  /** How many files stay for which reason. */
  readonly stays: Readonly<Partial<Record<Stays, number>>>;
}

/** When a file was needed last: by the name that was needed last. */
function neededAt({ names }: StoredFile): number {
  return Math.max(...names.map(({ neededAtMs }) => neededAtMs));
}

/** Chooses what leaves the vault to free `bytes` bytes, and at most `checksMax` files to be checked. A file that frees nothing is never chosen. */
export function chooseEvictions(
  files: readonly StoredFile[],
  { bytes, checksMax, needs, nowMs }: { bytes: number; checksMax: number; needs: EvictionNeeds; nowMs: number },
): Choice {
  const evict: StoredFile[] = [];
  const check: StoredFile[] = [];
  const stays: Partial<Record<Stays, number>> = {};
  let freed = 0;
  let promised = 0;
  for (const file of files.toSorted((a, b) => neededAt(a) - neededAt(b))) {
    if (file.bytes === 0) continue;
    const why = whyStays(file, needs, nowMs);
    if (why !== null) stays[why] = (stays[why] ?? 0) + 1;
    if (why === null && freed < bytes) {
      evict.push(file);
      freed += file.bytes;
    } else if (why === 'unverified' && promised < bytes && check.length < checksMax) {
      check.push(file);
      promised += file.bytes;
    }
  }
  return { evict, check: freed >= bytes ? [] : check, stays };
}
