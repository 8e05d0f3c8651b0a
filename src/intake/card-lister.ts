import { type CompiledPattern, compilePatterns } from '#domain/card-facts';
import { asEvidockError } from '#domain/errors';
import type { Original } from '#domain/recording';
import { cardListed, copyFailed, type Log } from '#events';
import type { Clock } from '#ports/clock';
import type { FaultPoints } from '#ports/fault-points';
import type { Ledger } from '#ports/ledger';
import type { ComparisonTools } from './card-comparison.ts';
import { CardListing } from './card-listing.ts';
import { KnownFiles } from './known-files.ts';
import { refusalKey, refuse, refusedSoFar } from './refuse.ts';
import { isListedAgain, problemOf, type Session } from './session.ts';
import { pause, type SessionView } from './session-view.ts';

const REFUSALS_PER_TRANSACTION = 200;

interface Options extends ComparisonTools {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly log: Log;
  readonly faults: FaultPoints;
  readonly view: SessionView;
  readonly settings: {
    readonly stationId: string;
    readonly timezone: string;
    readonly patterns: readonly CompiledPattern[];
    readonly retryMs: number;
  };
  /** An original waits in the session's queue. */
  readonly onQueued: (session: Session) => void;
  /** A later docking with this id is at work. */
  readonly takenOver: (dockingId: string, session: Session) => boolean;
  readonly onListed: (dockingId: string) => void;
}

/** Lists the card of a docking, and once more where that may mend what the first listing could not be sure of. */
export class CardLister {
  readonly #o: Options;

  constructor(options: Options) {
    this.#o = options;
  }

  /** Resolves when the card is listed or cannot be: then `session.unlisted` says why. Never throws. */
  async list(session: Session): Promise<void> {
    const { signal } = session;
    session.listings += 1;
    if (signal.aborted) return;
    await this.#o.view.listing(session);
    while (!signal.aborted) {
      try {
        await this.#tryToList(session);
        return;
      } catch (error) {
        if (signal.aborted) return;
        const failure = asEvidockError(error);
        if (failure.code === 'recorder.removed') return this.#o.view.lost(session);
        session.unlisted = { code: failure.code, detail: failure.detail };
        await this.#o.view.problem(session, session.unlisted);
        // What was put on record stays; only a ledger that cannot be written is waited for, for the card will not get better.
        if (failure.side !== 'ledger') return;
        await pause(this.#o.settings.retryMs, signal);
      }
    }
  }

  async #tryToList(session: Session): Promise<void> {
    const { docking, driver, volume, formerClocks, signal, queue, failed, found, gaps } = session;
    const { ledger, clock, faults, settings, log, view, onQueued, takenOver, onListed } = this.#o;
    const begun = performance.now();
    const again = isListedAgain(session);
    const listing = new CardListing({
      ...{ ledger, clock, faults, docking, volume, formerClocks, found, gaps, last: again },
      known: new KnownFiles({ ...this.#o, docking, volume, found }),
      stationId: settings.stationId,
      timezone: settings.timezone,
      patterns: [...settings.patterns, ...compilePatterns(driver.patterns)],
      driver,
      toCopy: (original: Original) => {
        // What was given up in this docking is not begun anew because the card is listed once more.
        if (failed.has(original.id)) return;
        queue.push(original);
        onQueued(session);
      },
      takenOver: (dockingId) => takenOver(dockingId, session),
      onGaps: (original) => view.gaps(session, original),
      onProgress: (counts) => view.listed(session, counts),
    });
    const { files, known, refused, bytes } = await listing.run(signal);
    const wasUnlisted = session.unlisted !== null;
    session.unlisted = null;
    if (wasUnlisted) await view.problem(session, problemOf(session));
    cardListed(log, { dockingId: docking.id, again, files, known, refused, bytes, elapsedMs: Math.round(performance.now() - begun) });
    onListed(docking.id);
  }

  /** The session ends. What the device could not read is put on record also if the recorder left before it could be asked once more. */
  async end({ docking, found }: Session): Promise<void> {
    if (found.unread.size === 0) return;
    const { ledger, clock, log } = this.#o;
    try {
      const refused = await refusedSoFar(ledger, docking.id);
      const unread = [...found.unread.values()].filter((refusal) => !refused.has(refusalKey(refusal)));
      let filesRefused = found.counts.refused;
      for (let at = 0; at < unread.length; at += REFUSALS_PER_TRANSACTION) {
        const some = unread.slice(at, at + REFUSALS_PER_TRANSACTION);
        filesRefused += some.length;
        await ledger.transaction(async (writer) => {
          for (const refusal of some) await refuse(writer, docking.id, refusal, clock.nowMs());
          await writer.updateDocking(docking.id, { filesRefused });
        });
      }
    } catch (error) {
      copyFailed(log, { originalId: '', dockingId: docking.id, attempt: 0 }, asEvidockError(error));
    }
  }
}
