import type { Docking, Problem } from '#domain/docking';
import type { EvidockError } from '#domain/errors';
import type { Volume } from '#ports/recorder-driver';
import type { SlotView } from '#ports/slot-board';
import { CopyQueue } from './copy-queue.ts';
import { type Lane, WaitingSampler } from './waiting.ts';

/** The intake of one docking, in memory. */
export interface Session {
  readonly docking: Docking;
  readonly volume: Volume;
  /** Recorders of one hub share its bandwidth; one whose hub is not known stands alone. */
  readonly hub: string;
  /** Later dockings of this process have higher numbers. */
  readonly number: number;
  readonly queue: CopyQueue;
  readonly signal: AbortSignal;
  readonly tries: Map<string, number>;
  readonly failed: Set<string>;
  /** How often the copy of an original was found wrong; such a one gets bytes of its own, for its twin's may be the wrong ones. */
  readonly mismatches: Map<string, number>;
  /** Paths on the card of files with places that cannot be read. */
  readonly gaps: Set<string>;
  readonly lanes: Set<Lane>;
  readonly sampler: WaitingSampler;
  problem: Problem | null;
  /** Why the card could not be listed to its end: stays when its files get well. */
  unlisted: Problem | null;
  waiting: SlotView['waiting'];
  /** The recorder has told that it is gone; the dock will, soon. */
  lost: boolean;
  listing: boolean;
  /** Called when nothing is being listed or copied any more. */
  idle: () => void;
}

export function newSession(facts: Pick<Session, 'docking' | 'volume' | 'hub' | 'number' | 'signal' | 'idle'>): Session {
  return {
    ...facts,
    queue: new CopyQueue(),
    tries: new Map(),
    failed: new Set(),
    mismatches: new Map(),
    gaps: new Set(),
    lanes: new Set(),
    sampler: new WaitingSampler(),
    problem: null,
    unlisted: null,
    waiting: null,
    lost: false,
    listing: true,
  };
}

/** Nothing more can come from this recorder in this docking. */
export function isOver(session: Session): boolean {
  return session.lost || session.signal.aborted;
}

export function problemOf(session: Session, failure: EvidockError): Problem {
  const files = session.failed.size;
  return { code: failure.code, detail: files > 1 ? `${failure.detail}; ${files} files in all` : failure.detail };
}

/** What stops nothing, but somebody should know; null if every file could be read. */
export function gapsWarning({ gaps }: Session): Problem | null {
  const [first] = gaps;
  if (first === undefined) return null;
  return { code: 'recorder.gaps', detail: gaps.size > 1 ? `${first} and ${gaps.size - 1} more files` : first };
}
