import { type Docking, filesReason, type Problem } from '#domain/docking';
import type { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { FormerClock } from '#domain/recorder/former-clock';
import type { RecorderDriver, Volume } from '#ports/recorder-driver';
import type { SlotView } from '#ports/slot-board';
import { type FoundOnCard, nothingFound } from './found-on-card.ts';
import { CopyQueue } from './turns/copy-queue.ts';
import { type InHand, WaitingSampler } from './turns/waiting-sampler.ts';

/** State of the intake of one docking, kept in memory. */
export interface Session {
  readonly docking: Docking;
  readonly driver: RecorderDriver;
  readonly volume: Volume;
  /** Clocks that the recorder had before and that may have given files on the card their times, oldest first. */
  readonly formerClocks: readonly FormerClock[];
  /** Name of the hub, whose recorders share its bandwidth. A recorder without a known hub has a name of its own. */
  readonly hub: string;
  /** Later dockings of this process have higher numbers. */
  readonly number: number;
  readonly queue: CopyQueue;
  readonly signal: AbortSignal;
  readonly tries: Map<string, number>;
  /** By id: originals that could not be copied, and why; the latest failure last. Those that are here when copying ends are given up for this docking. */
  readonly failed: Map<string, EvidockError>;
  /**
   * By id: how often the copy of an original was found wrong. Such an original is copied and not linked, because the bytes that it would share may be the wrong
   * ones.
   */
  readonly mismatches: Map<string, number>;
  /** Paths on the card of files with gaps. */
  readonly gaps: Set<string>;
  readonly inHand: Set<InHand>;
  readonly sampler: WaitingSampler;
  readonly found: FoundOnCard;
  /** Why the card could not be listed to its end. It stays, whatever happens to the files, until a listing succeeds. */
  unlisted: Problem | null;
  waiting: SlotView['waiting'];
  /** A read has shown that the recorder is gone. The dock will say so soon. */
  lost: boolean;
  listing: boolean;
  /** How often the card was listed, with the present listing. */
  listings: number;
  /** The card is being looked at again; see `mayBeLookedAtAgain`. */
  looking: boolean;
  looks: number;
  /** It is on record that the card was still as listed when all of it was copied. */
  unchanged: boolean;
  /** Called when nothing is being listed or copied any more. */
  idle: () => void;
}

/** Fields that a session has from the start. */
type Given = 'docking' | 'driver' | 'volume' | 'formerClocks' | 'hub' | 'number' | 'signal' | 'idle';

export function newSession(facts: Pick<Session, Given>): Session {
  const { docking, driver, volume, formerClocks, hub, number, signal, idle } = facts;
  return {
    ...{ docking, driver, volume, formerClocks, hub, number, signal, idle },
    queue: new CopyQueue(),
    tries: new Map(),
    failed: new Map(),
    mismatches: new Map(),
    gaps: new Set(),
    inHand: new Set(),
    sampler: new WaitingSampler(),
    found: nothingFound(),
    unlisted: null,
    waiting: null,
    lost: false,
    listing: false,
    listings: 0,
    looking: false,
    looks: 0,
    unchanged: false,
  };
}

/** Whether nothing more can come from this recorder in this docking. */
export function isOver(session: Session): boolean {
  return session.lost || session.signal.aborted;
}

/** Whether files of the card are being listed or copied, or wait for that. */
export function isTakingIn(session: Session): boolean {
  return !isOver(session) && (session.listing || session.inHand.size > 0 || session.queue.size > 0);
}

const LISTINGS_MAX = 2;

/**
 * Whether the card may be listed again, now that nothing is copied from it. The device counts its errors without saying where they were. So an error of a file
 * that was copied meanwhile makes the listing of a directory doubtful; without copies it does not. There is only one such listing: a third would meet the same
 * errors of the directories, and each listing may wait quietly for up to 20 s.
 */
export function mayBeListedNow(session: Session): boolean {
  return session.unlisted?.code === 'recorder.unreadable' && session.listings < LISTINGS_MAX && !isOver(session);
}

/** Whether the card is being listed or looked at once more. Nothing may be copied from it meanwhile. */
export function isListedAgain({ listing, listings, looking }: Session): boolean {
  return listing && (listings > 1 || looking);
}

/** At most so many looks at a card that still changes. Files that have changed at the last look are refused by name. */
export const LOOKS_MAX = 5;

/**
 * Whether the card is to be looked at again, now that all of it is copied. A recorder that is still on may have written since, and a card that holds more than
 * was taken must not be called safe.
 */
export function mayBeLookedAtAgain(session: Session): boolean {
  return session.unlisted === null && !session.unchanged && session.looks < LOOKS_MAX && !isOver(session);
}

/** The failure of the latest file that could not be copied; null if there is none. */
export function failingOf({ failed }: Session): Problem | null {
  const last = [...failed.values()].at(-1);
  if (!last) return null;
  return { code: last.code, reason: failed.size > 1 ? because('files-in-all', { why: last.reason, files: failed.size }) : last.reason };
}

export function fail({ failed }: Session, originalId: string, failure: EvidockError): void {
  failed.delete(originalId);
  failed.set(originalId, failure);
}

/** Forgets the failures and tries of an original. */
export function forget({ failed, tries }: Session, originalId: string): void {
  failed.delete(originalId);
  tries.delete(originalId);
}

/** The warning about files with gaps; null if every file could be read. */
export function gapsWarning({ gaps }: Session): Problem | null {
  if (gaps.size === 0) return null;
  return { code: 'recorder.gaps', reason: filesReason([...gaps]) };
}
