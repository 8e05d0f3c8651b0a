import { ageAtFirstSight, type Session } from '#domain/sign-in/session';

interface Seen {
  /** Age when this process first saw it. */
  readonly ageMs: number;
  readonly idleMs: number;
  /** When that was, by the clock that does not jump. */
  readonly seenMs: number;
  usedMs: number | null;
  isWritten: boolean;
}

/** How a session was used last, for its row. */
export interface SessionUse {
  readonly id: string;
  readonly usedAtMs: number;
  readonly ageMs: number;
}

interface Options {
  readonly nowMs: () => number;
  readonly monotonicMs: () => number;
}

/**
 * How old sessions are, by a clock that does not jump. While the station runs, the wall clock ends no session and prolongs none. It counts for the time that
 * the station was down (ageAtFirstSight).
 */
export class SessionTimes {
  readonly #nowMs: () => number;
  readonly #monotonicMs: () => number;
  /** By id. The ledger has as many sessions at most: the sweep forgets all others. */
  readonly #seen = new Map<string, Seen>();

  constructor({ nowMs, monotonicMs }: Options) {
    this.#nowMs = nowMs;
    this.#monotonicMs = monotonicMs;
  }

  /** From now on its age is known, whatever the wall clock does before its first use. */
  begun(session: Session): void {
    this.#know(session, this.#monotonicMs());
  }

  of(session: Session): { readonly ageMs: number; readonly idleMs: number } {
    const now = this.#monotonicMs();
    const { ageMs, idleMs, seenMs, usedMs } = this.#know(session, now);
    return { ageMs: ageMs + now - seenMs, idleMs: usedMs === null ? idleMs + now - seenMs : now - usedMs };
  }

  used(session: Session): void {
    const now = this.#monotonicMs();
    const seen = this.#know(session, now);
    seen.usedMs = now;
    seen.isWritten = false;
  }

  /** What the ledger does not know yet of the uses of these sessions. */
  takeUnwritten(sessions: readonly Session[]): readonly SessionUse[] {
    const nowMs = this.#nowMs();
    return sessions.flatMap((session) => {
      const seen = this.#seen.get(session.id);
      if (!seen || seen.isWritten) return [];
      seen.isWritten = true;
      const { ageMs, idleMs } = this.of(session);
      return [{ id: session.id, usedAtMs: Math.round(nowMs - idleMs), ageMs: Math.round(ageMs - idleMs) }];
    });
  }

  /** They could not be written. */
  putBack(uses: readonly SessionUse[]): void {
    for (const { id } of uses) {
      const seen = this.#seen.get(id);
      if (seen) seen.isWritten = false;
    }
  }

  /** Forgets all sessions but these. */
  keepOnly(ids: ReadonlySet<string>): void {
    for (const id of this.#seen.keys()) if (!ids.has(id)) this.#seen.delete(id);
  }

  #know(session: Session, now: number): Seen {
    const known = this.#seen.get(session.id);
    if (known) return known;
    const seen: Seen = { ...ageAtFirstSight(session, this.#nowMs()), seenMs: now, usedMs: null, isWritten: true };
    this.#seen.set(session.id, seen);
    return seen;
  }
}
