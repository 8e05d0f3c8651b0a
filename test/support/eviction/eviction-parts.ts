import { pino } from 'pino';
import type { DiskVault } from '#adapters/disk/disk-vault';
import { diskEraser } from '#adapters/disk/original-eraser';
import type { SealedAttributes } from '#adapters/disk/sealed-attributes';
import { VAULT_WRITE_ERRORS } from '#adapters/durable-file';
import type { EvictionNeeds } from '#domain/eviction/choose';
import { CheckedArchivedCopies } from '#evict/archived-copies';
import { EvictableVault } from '#evict/evictable-vault';
import { Evictor } from '#evict/evictor';
import { ArchiveFetchBack } from '#evict/fetch-back';
import { KeysInUse } from '#evict/keys-in-use';
import type { Archive } from '#ports/archive';
import type { Clock } from '#ports/clock';
import type { FaultPoints } from '#ports/fault-points';
import type { Ledger } from '#ports/ledger';

const NEEDS: EvictionNeeds = { copies: 1, freshMs: 30 * 86_400_000, readBack: true };

interface Options {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly faults: FaultPoints;
  readonly disk: DiskVault;
  /** Directory of `disk`. */
  readonly root: string;
  readonly archive: Archive;
  readonly needs: Partial<EvictionNeeds>;
  /** Whether playable copies may go too; they may if it is left out. */
  readonly playable?: boolean;
  readonly attributes?: SealedAttributes | undefined;
}

/** Everything of eviction and fetch-back over a ledger, a vault and an archive. */
export function evictionParts({ ledger, clock, faults, disk, root, archive, needs, playable = true, attributes }: Options) {
  const inUse = new KeysInUse();
  const log = pino({ level: 'silent' });
  const eraser = diskEraser({ where: 'vault', directory: root, errors: VAULT_WRITE_ERRORS, attributes, ready: async () => undefined });
  const common = { ledger, clock, log, faults };
  const settings = { marks: { high: 90, low: 80 }, needs: { ...NEEDS, ...needs }, playable, everyMs: 3_600_000 };
  const poked: number[] = [];
  const pokeWork = () => void poked.push(1);
  const evictor = new Evictor({ ...common, vault: disk, archive, eraser, inUse, pokeWork, settings });
  const fetchBack = new ArchiveFetchBack({ ...common, vault: disk, archive, room: evictor });
  const foundBad: number[] = [];
  const archived = new CheckedArchivedCopies({ ...common, vault: disk, archive, foundBad: () => void foundBad.push(1) });
  const vault = new EvictableVault({ vault: disk, ledger, archive, archived, inUse, room: evictor, fetchBack });
  return { inUse, evictor, fetchBack, archived, vault, eraser, log, poked, foundBad };
}
