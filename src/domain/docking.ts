import type { ErrorCode } from './errors.ts';
import { because, type Reason } from './reason.ts';

/**
 * One stay of one recorder in one slot. `reading`: files are listed, copied and sealed; `safe`: every file is sealed
 * or refused by name, the recorder may be taken; `problem`: something stops it, see `problem`; `removed`: it is gone
 * (`safeAtMs` tells whether it was safe); `interrupted`: the station stopped while it was docked.
 */
export const DOCKING_STATES = ['reading', 'safe', 'problem', 'removed', 'interrupted'] as const;
export type DockingState = (typeof DOCKING_STATES)[number];

export interface Problem {
  readonly code: ErrorCode;
  readonly reason: Reason;
}

export interface Docking {
  readonly id: string;
  readonly slot: number;
  /** Physical port (`1-4.2`) or the path of a watched directory. */
  readonly port: string;
  readonly recorderSerial: string;
  readonly vendorId: string | null;
  readonly productId: string | null;
  /** Serial that the bus told, which need not be that of the recorder; null where there is no bus. */
  readonly toldSerial: string | null;
  readonly driverId: string;
  /** 0 to 100. */
  readonly driverScore: number;
  /** Why this driver, in words; says so when the match was weak or tied and `generic` took it. */
  readonly driverWhy: readonly Reason[];
  readonly clockOffsetMs: number | null;
  /** Charge of its battery when it came, percent; null: it did not tell. */
  readonly batteryPercent: number | null;
  readonly state: DockingState;
  readonly problem: Problem | null;
  readonly arrivedAtMs: number;
  readonly listedAtMs: number | null;
  /** When the card, after everything was copied, still had the names, sizes and times that were listed. */
  readonly unchangedAtMs: number | null;
  readonly safeAtMs: number | null;
  readonly removedAtMs: number | null;
  readonly filesListed: number;
  /** Of those, how many were sealed in an earlier docking and not copied again. */
  readonly filesKnown: number;
  readonly filesRefused: number;
  readonly bytesListed: number;
  /** How many known files are to be compared whole while the recorder stays, and how many were and have the sealed digest. */
  readonly filesToRecheck: number;
  readonly filesRechecked: number;
}

/** Charge of a recorder's battery when it came. `low`: less than `percentMin`, which a shift needs. */
export interface Battery {
  readonly percent: number;
  readonly percentMin: number;
  readonly low: boolean;
}

/** null where the recorder did not tell its charge. */
export function batteryOf(percent: number | null, percentMin: number): Battery | null {
  return percent === null ? null : { percent, percentMin, low: percent < percentMin };
}

/** What a recorder that has left before it was safe still holds, for a person. */
export function leftReason({ files, bytes, listingFinished }: { files: number; bytes: number; listingFinished: boolean }): Reason {
  if (files === 0 && listingFinished) return because('nothing-left', {});
  return because(listingFinished ? 'still-on-recorder' : 'still-on-recorder-and-unlisted', { files, size: bytes });
}

/** The first of some files on a card, and how many more there are. */
export function filesReason(paths: readonly string[]): Reason {
  const [path = '', ...more] = paths;
  return more.length > 0 ? because('path-and-more', { path, more: more.length }) : because('path', { path });
}

/** An entry that was not taken, with the reason: nothing on a card goes unmentioned. */
export interface Refusal {
  readonly dockingId: string;
  readonly cardPath: string;
  readonly code: ErrorCode;
  readonly reason: Reason;
  readonly atMs: number;
}

/** The lowest number that no port has. */
export function nextFreeSlot(ports: readonly { readonly slot: number }[]): number {
  const taken = new Set(ports.map(({ slot }) => slot));
  let slot = 1;
  while (taken.has(slot)) slot += 1;
  return slot;
}

/** Whether a text can name a port: a USB port by the kernel's name (`1-4.2`), or an absolute path in its plainest form. */
export function isPort(text: string): boolean {
  if (/^[0-9]{1,4}-[0-9]{1,3}(\.[0-9]{1,3}){0,6}$/.test(text)) return true;
  const parts = text.split('/');
  return text === '/' || (parts.length > 1 && parts.every((part, at) => (at === 0 ? part === '' : !['', '.', '..'].includes(part))));
}

/**
 * `preparing`: being unlocked or mounted; `rechecking`: known files are compared whole, and "safe" waits for that (`intake.known: whole`);
 * `unknown`: a storage device that was left alone; `safe`: may be undocked; `setting-clock`, `wiping`: every file is safe, but the clock
 * file is being written or sealed files are being removed, so do not undock; `removed`: it has left, with a problem if it was not safe.
 */
export const SLOT_PHASES = [
  'empty',
  'preparing',
  'arrived',
  'listing',
  'copying',
  'rechecking',
  'setting-clock',
  'wiping',
  'safe',
  'unknown',
  'problem',
  'removed',
] as const;
export type SlotPhase = (typeof SLOT_PHASES)[number];
