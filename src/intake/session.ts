import { type Docking, filesReason, type Problem } from '#domain/docking';
import type { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { FormerClock } from '#domain/recorder/former-clock';
import type { RecorderDriver, Volume } from '#ports/recorder-driver';
import type { SlotView } from '#ports/slot-board';
import { type FoundOnCard, nothingFound } from './found-on-card.ts';
import { CopyQueue } from './turns/copy-queue.ts';
import { type InHand, WaitingSampler } from './turns/waiting-sampler.ts';

/** The intake of one docking, in memory. */
export interface Session {
  readonly docking: Docking;
  readonly driver: RecorderDriver;
  readonly volume: Volume;
  /** Clocks that files on the card may still have their times from, oldest first. */
  readonly formerClocks: readonly FormerClock[];
  /** Recorders of one hub share its bandwidth; one whose hub is not known stands alone. */
  readonly hub: string;
  /** Later dockings of this process have higher numbers. */
  readonly number: number;
  readonly queue: CopyQueue;
  readonly signal: AbortSignal;
  readonly tries: Map<string, number>;
  /** Originals that could not be copied and why, the last one last; what is still here when copying ends is given up for this docking. */
  readonly failed: Map<string, EvidockError>;
  /** How often the copy of an original was found wrong; such a one gets bytes of its own, for those that it would share may be the wrong ones. */
  readonly mismatches: Map<string, number>;
  /** Paths on the card of files with gaps. */
  readonly gaps: Set<string>;
  readonly inHand: Set<InHand>;
  readonly sampler: WaitingSampler;
  readonly found: FoundOnCard;
  /** Why the card could not be listed to its end: stays when its files get well, until it is listed after all. */
  unlisted: Problem | null;
  waiting: SlotView['waiting'];
  /** The recorder has told that it is gone; the dock will, soon. */
  lost: boolean;
  listing: boolean;
  /** How often its card was listed, this time included. */
  listings: number;
  /** Its card is looked at again; see `mayBeLookedAtAgain`. */
  looking: boolean;
  looks: number;
  /** It is on record that the card was as it was listed when all of it was copied. */
  unchanged: boolean;
  /** Called when nothing is being listed or copied any more. */
  idle: () => void;
}

/** What a session has from the start. */
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

/** Nothing more can come from this recorder in this docking. */
export function isOver(session: Session): boolean {
  return session.lost || session.signal.aborted;
}

const LISTINGS_MAX = 2;

/**
 * Whether the card is to be listed once more, now that nothing is copied from it. The device counts its errors without saying where they were, so a
 * directory that was listed while a bad file was copied could not be believed; in peace it can. Once only: a second listing has no errors but the
 * directories' own, and those it would have again, at up to 20 s of quiet waits for each listing.
 */
export function mayBeListedNow(session: Session): boolean {
  return session.unlisted?.code === 'recorder.unreadable' && session.listings < LISTINGS_MAX && !isOver(session);
}

/** The card is listed once more, or looked at again, and nothing may be copied from it meanwhile. */
export function isListedAgain({ listing, listings, looking }: Session): boolean {
  return listing && (listings > 1 || looking);
}

/** Rounds in which a card may still change; what changes in the last one is refused by name. */
export const LOOKS_MAX = 5;

/**
 * Whether the card is to be looked at again, now that all of it is copied: a recorder that is still on may have written since, and "safe"
 * must not be said of a card that holds more than was taken.
 */
export function mayBeLookedAtAgain(session: Session): boolean {
  return session.unlisted === null && !session.unchanged && session.looks < LOOKS_MAX && !isOver(session);
}

/** Of files that could not be copied, the last one; null if there is none. */
export function failingOf({ failed }: Session): Problem | null {
  const last = [...failed.values()].at(-1);
  if (!last) return null;
  return { code: last.code, reason: failed.size > 1 ? because('files-in-all', { why: last.reason, files: failed.size }) : last.reason };
}

export function fail({ failed }: Session, originalId: string, failure: EvidockError): void {
  failed.delete(originalId);
  failed.set(originalId, failure);
}

/** What went wrong with it counts no more. */
export function forget({ failed, tries }: Session, originalId: string): void {
  failed.delete(originalId);
  tries.delete(originalId);
}

/** What stops nothing, but somebody should know; null if every file could be read. */
export function gapsWarning({ gaps }: Session): Problem | null {
  if (gaps.size === 0) return null;
  return { code: 'recorder.gaps', reason: filesReason([...gaps]) };
}
