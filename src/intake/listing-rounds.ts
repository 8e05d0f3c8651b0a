import { type CompiledPattern, compilePatterns } from '#domain/card/facts';
import type { Leftovers } from '#domain/card/leftovers';
import { asEvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { Original } from '#domain/recording';
import { cardListed, copyFailed, type Log } from '#events';
import type { Clock } from '#ports/clock';
import type { FaultPoints } from '#ports/fault-points';
import type { Ledger } from '#ports/ledger';
import { CardListing } from './card-listing.ts';
import { changedSince } from './changed-files.ts';
import type { ComparisonTools } from './comparison.ts';
import { KnownFiles } from './known-files.ts';
import { refusalKey, refuse, refusedSoFar } from './refusals.ts';
import { forget, isListedAgain, LOOKS_MAX, type Session } from './session.ts';
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
    readonly otherPatterns: readonly CompiledPattern[];
    readonly leftovers: Leftovers;
    readonly retryMs: number;
  };
  /** Called when an original was put into the session's queue. */
  readonly onQueued: (session: Session) => void;
  /** Whether a later docking with this id is at work. */
  readonly takenOver: (dockingId: string, session: Session) => boolean;
  readonly onListed: (dockingId: string) => void;
  /** Called when all files are copied and the card holds nothing else. */
  readonly onUnchanged: (dockingId: string) => void;
}

/** Lists the card of a docking, and lists it again where that may settle what the first listing could not be sure of. */
export class ListingRounds {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Resolves when the card is listed or cannot be listed; in the second case `session.unlisted` says why. Never throws. */
  async list(session: Session): Promise<void> {
    const { signal } = session;
    session.listings += 1;
    if (signal.aborted) return;
    await this.#options.view.listing(session);
    await this.#persist(session, () => this.#tryToList(session));
  }

  /** Called when all listed files are copied. Takes files that have come or grown on the card since, or records that there are none. Never throws. */
  async lookAgain(session: Session): Promise<void> {
    session.looks += 1;
    session.looking = true;
    await this.#persist(session, () => this.#tryToLookAgain(session));
    session.looking = false;
  }

  async #tryToLookAgain(session: Session): Promise<void> {
    const { docking, volume, signal, found } = session;
    const { ledger, clock, faults, view, onUnchanged } = this.#options;
    const changed = await changedSince(volume, found.listed, signal);
    if (changed.length > 0 && session.looks < LOOKS_MAX) {
      session.listings += 1;
      return this.#tryToList(session);
    }
    await ledger.transaction(async (writer) => {
      signal.throwIfAborted();
      for (const { path } of changed.slice(0, REFUSALS_PER_TRANSACTION)) {
        const reason = because('still-written', { looks: LOOKS_MAX });
        await refuse(writer, docking.id, { path, code: 'recorder.still-writing', reason }, clock.nowMs());
      }
      const filesRefused = found.counts.refused + changed.length;
      await writer.dockings.update(docking.id, { unchangedAtMs: clock.nowMs(), ...(changed.length > 0 ? { filesRefused } : {}) });
    });
    faults.reached('w22-card-unchanged');
    session.unchanged = true;
    if (changed.length > 0)
      view.stillWriting(
        session,
        changed.map(({ path }) => path),
      );
    onUnchanged(docking.id);
  }

  /** Repeats `work` until it succeeds. Gives up where only another look at the card, or nothing at all, can help: then `session.unlisted` says why. */
  async #persist(session: Session, work: () => Promise<void>): Promise<void> {
    const { signal } = session;
    while (!signal.aborted) {
      try {
        await work();
        return;
      } catch (error) {
        if (signal.aborted) return;
        const failure = asEvidockError(error);
        if (failure.code === 'recorder.removed') return this.#options.view.lost(session);
        session.unlisted = { code: failure.code, reason: failure.reason };
        await this.#options.view.unlisted(session);
        // Only a failing ledger is tried again, because a failing card does not get better. What is on record stays.
        if (failure.side !== 'ledger') return;
        await pause(this.#options.settings.retryMs, signal);
      }
    }
  }

  async #tryToList(session: Session): Promise<void> {
    const { docking, driver, volume, formerClocks, signal, queue, failed, found, gaps } = session;
    const { ledger, clock, faults, settings, log, view, onQueued, takenOver, onListed } = this.#options;
    const begun = performance.now();
    const again = isListedAgain(session);
    const listing = new CardListing({
      ...{ ledger, clock, faults, docking, volume, formerClocks, found, gaps, last: again },
      known: new KnownFiles({ ...this.#options, docking, volume, found }),
      names: {
        patterns: [...settings.patterns, ...compilePatterns(driver.patterns)],
        others: settings.otherPatterns,
        leftovers: settings.leftovers,
      },
      stationId: settings.stationId,
      timezone: settings.timezone,
      driver,
      toCopy: (original: Original, grown: boolean) => {
        // The file has grown, so it is another file than the one that could not be copied.
        if (grown) {
          forget(session, original.id);
          void view.failing(session);
        }
        // A file that this docking has given up is not tried again because of another listing.
        if (failed.has(original.id)) return;
        queue.push(original);
        onQueued(session);
      },
      takenOver: (dockingId) => takenOver(dockingId, session),
      onGaps: (original) => view.gaps(session, original),
      onProgress: (counts) => view.listed(session, counts),
    });
    const { files, known, refused, bytes } = await listing.run(signal);
    view.disposed(session, [...found.disposed.values()].filter(({ held }) => !held).length);
    view.others(session, listing.otherRecorders());
    session.unlisted = null;
    await view.unlisted(session);
    cardListed(log, { dockingId: docking.id, again, files, known, refused, bytes, elapsedMs: Math.round(performance.now() - begun) });
    onListed(docking.id);
  }

  /** The session ends. Records what the device could not read, also if the recorder left before it could be asked again. */
  async end({ docking, found }: Session): Promise<void> {
    if (found.unread.size === 0) return;
    const { ledger, clock, log } = this.#options;
    try {
      const refused = await refusedSoFar(ledger, docking.id);
      const unread = [...found.unread.values()].filter((refusal) => !refused.has(refusalKey(refusal)));
      let filesRefused = found.counts.refused;
      for (let at = 0; at < unread.length; at += REFUSALS_PER_TRANSACTION) {
        const some = unread.slice(at, at + REFUSALS_PER_TRANSACTION);
        filesRefused += some.length;
        await ledger.transaction(async (writer) => {
          for (const refusal of some) await refuse(writer, docking.id, refusal, clock.nowMs());
          await writer.dockings.update(docking.id, { filesRefused });
        });
      }
    } catch (error) {
      copyFailed(log, { originalId: '', dockingId: docking.id, attempt: 0 }, asEvidockError(error));
    }
  }
}
