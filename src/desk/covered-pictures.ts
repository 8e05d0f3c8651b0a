import { LRUCache } from 'lru-cache';
import type { CustodyDraft } from '#domain/custody/entry';
import { ThumbnailsSeen } from '#domain/custody/look-entries';

import { subject } from '#domain/custody/subject';
import type { Viewer } from '#domain/look/look';

/** For so long pictures may be asked for after their entry, ms. */
export const COVERED_MS = 10 * 60_000;
const COVERED_MAX = 50_000;
/** Looks at pages whose pictures are counted at once. One more forgets the oldest that is written. */
const COUNTED_MAX = 10_000;
/** What was sent is on record after this time and one turn of the timer. */
const UNWRITTEN_MS = 50_000;

/** One announced page of pictures. */
export interface Announced {
  /** Id of the look. */
  readonly look: string;
  readonly kind: string;
  readonly recordings: readonly string[];
}

interface Counted {
  readonly viewer: Viewer;
  readonly look: string;
  readonly kind: string;
  /** By recording: bytes that were sent of its picture, those that were sent twice counted twice. */
  readonly sent: Map<string, number>;
  requests: number;
  cut: number;
  firstMs: number;
  lastMs: number;
  /** Since when something is not written, monotonic; null: everything is. */
  unwrittenMs: number | null;
  version: number;
}

/** The bytes of one picture on their way out. */
export interface PictureDelivery {
  sent(bytes: number): void;
  /** The right to it ended while bytes went out. */
  cut(): void;
}

/**
 * Pictures of a page that are on record as shown, by one entry for all: which of them may be sent without another entry, and how much of them really was. What was
 * sent is written each minute, as of any look.
 */
export class CoveredPictures {
  readonly #nowMs: () => number;
  readonly #wallMs: () => number;
  readonly #stationId: string;
  readonly #covered: LRUCache<string, Counted>;
  readonly #counted = new Set<Counted>();

  constructor({ nowMs, wallMs, stationId }: { nowMs: () => number; wallMs: () => number; stationId: string }) {
    this.#nowMs = nowMs;
    this.#wallMs = wallMs;
    this.#stationId = stationId;
    this.#covered = new LRUCache({ max: COVERED_MAX, ttl: COVERED_MS, ttlResolution: 0, perf: { now: nowMs } });
  }

  cover(viewer: Viewer, { look, kind, recordings }: Announced): void {
    const counted: Counted = {
      ...{ viewer, look, kind, sent: new Map(), requests: 0, cut: 0, firstMs: 0, lastMs: 0, unwrittenMs: null, version: 0 },
    };
    for (const recording of recordings) this.#covered.set(keyOf(viewer, kind, recording), counted);
  }

  /** Id of the look by which a picture is on record; null if it is not. */
  coveredBy(viewer: Viewer, kind: string, recording: string): string | null {
    return this.#covered.get(keyOf(viewer, kind, recording))?.look ?? null;
  }

  /** A picture that is covered goes out now. null: it is covered no more. */
  deliver(viewer: Viewer, kind: string, recording: string): PictureDelivery | null {
    const counted = this.#covered.get(keyOf(viewer, kind, recording));
    if (!counted) return null;
    counted.requests += 1;
    this.#note(counted);
    return {
      sent: (bytes) => {
        counted.sent.set(recording, (counted.sent.get(recording) ?? 0) + bytes);
        this.#note(counted);
      },
      cut: () => {
        counted.cut += 1;
        // Nothing more of it without another entry: whoever asks is judged anew.
        this.#covered.delete(keyOf(viewer, kind, recording));
        this.#note(counted);
      },
    };
  }

  #note(counted: Counted): void {
    const nowMs = this.#wallMs();
    if (counted.firstMs === 0) counted.firstMs = nowMs;
    counted.lastMs = nowMs;
    counted.version += 1;
    counted.unwrittenMs ??= this.#nowMs();
    this.#counted.add(counted);
  }

  /** The entries that are due, and what to call once they are written. `all`: also those whose minute is not over. */
  due(all: boolean): { readonly drafts: readonly CustodyDraft[]; readonly written: () => void } {
    const before = this.#nowMs() - UNWRITTEN_MS;
    const isFull = this.#counted.size > COUNTED_MAX;
    const due = [...this.#counted].filter(({ unwrittenMs }) => unwrittenMs !== null && (all || isFull || unwrittenMs <= before));
    const told = due.map((counted) => ({ counted, version: counted.version }));
    return {
      drafts: due.map((counted) => this.#draft(counted)),
      written: () => {
        for (const { counted, version } of told) {
          counted.unwrittenMs = counted.version === version ? null : this.#nowMs();
          if (counted.unwrittenMs === null) this.#counted.delete(counted);
        }
      },
    };
  }

  #draft({ viewer, look, kind, sent, requests, cut, firstMs, lastMs }: Counted): CustodyDraft {
    const { user, unit: byUnit } = viewer;
    const bytes = [...sent.values()].reduce((sum, each) => sum + each, 0);
    return ThumbnailsSeen.make({
      ...{ atMs: this.#wallMs(), actor: viewer.actor, subject: subject('station', this.#stationId) },
      data: {
        ...{ look, kind, user, byUnit, pictures: sent.size, bytes, requests, cut },
        ...{ first: new Date(firstMs).toISOString(), last: new Date(lastMs).toISOString() },
      },
      lists: { recordings: [...sent.keys()].sort() },
    });
  }
}

function keyOf({ actor, address, agent }: Viewer, kind: string, recording: string): string {
  return JSON.stringify([actor, address, agent, kind, recording]);
}
