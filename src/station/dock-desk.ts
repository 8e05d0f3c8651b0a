import type { Docked, DockStage } from '#dock/dock-stage';
import type { RecorderClock } from '#dock/recorder-clock';
import type { WipeStage } from '#dock/wipe-stage';
import { asEvidockError, EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { arrivalFailed, type Log, releaseFailed } from '#events';
import type { IntakeStage } from '#intake/intake-stage';
import type { Arrival, Dock, DockNotice } from '#ports/dock';
import type { LedgerReader } from '#ports/ledger';
import type { DockingStatuses } from '#steps/docking-statuses';
import { SlotLearner } from './slot-learner.ts';
import { Stay } from './stay.ts';

interface Options {
  readonly docks: readonly Dock[];
  /** The one of the docks for directories that a person names. It is never held back while slots are numbered. */
  readonly byRequest: Dock;
  readonly dockStage: DockStage;
  readonly recorderClock: RecorderClock;
  readonly statuses: DockingStatuses;
  readonly wipeStage: WipeStage;
  readonly intake: Pick<IntakeStage, 'intake' | 'forget' | 'rechecked' | 'holdRecheck'>;
  readonly ledger: LedgerReader;
  readonly log: Log;
  /** True: a recorder is taken off the bus when nothing is left to do on it. */
  readonly release: boolean;
  /** How long the first pause is before a recorder that could not be opened is tried again, ms. */
  readonly retryMs: number;
  /** How often the ledger is asked whether awaited recordings are archived, s. */
  readonly sweepSeconds: number;
}

/** The longest pause between two tries, as a multiple of the first one. */
const RETRIES_APART_MAX = 16;

/**
 * Joins the docks, the stages of the dock, and intake; part of the composition root. An arrival is recognised and then copied. When its docking is safe, its
 * clock is set and it is wiped and released, as the policy says. When the recorder is gone, its intake is stopped and then its docking is closed.
 */
export class DockDesk {
  readonly #options: Options;
  readonly #stays = new Map<string, Stay>();
  /** By stay: settles when its intake has ended. */
  readonly #work = new WeakMap<Stay, Promise<void>>();
  /** By stay: recordings that must be archived before the recorder may be wiped, once they are known. */
  readonly #awaited = new WeakMap<Stay, Set<string>>();
  /** By port: the last step there. Steps at one port follow each other, so an arrival is opened only when the removal of the one before is on record. */
  readonly #ports = new Map<string, Promise<void>>();
  readonly learner: SlotLearner;
  #sweep: NodeJS.Timeout | undefined;

  constructor(options: Options) {
    this.#options = options;
    this.learner = new SlotLearner({
      slotOf: (port) => options.ledger.dockings.slotOf(port),
      onEnd: (held, notices) => {
        for (const notice of notices) this.#noticed(notice);
        for (const { dock, arrival } of held) this.#open(options.docks[dock], arrival);
      },
      onError: (error) => arrivalFailed(options.log, asEvidockError(error)),
    });
  }

  async start(): Promise<void> {
    this.#sweep = setInterval(() => this.lookForArchived(), this.#options.sweepSeconds * 1000);
    for (const [index, dock] of this.#options.docks.entries()) {
      await dock.start({
        arrived: (arrival) => {
          if (dock === this.#options.byRequest || !this.learner.holds(index, arrival)) this.#open(dock, arrival);
        },
        removed: (key) => void this.#removed(key),
        noticed: (notice) => this.#noticed(notice),
        settingClock: (setting) => this.#options.recorderClock.announce(setting),
        clockSettled: (setting, outcome) => this.#options.recorderClock.settle(setting, outcome),
      });
    }
  }

  #inOrder(port: string, step: () => Promise<void>): Promise<void> {
    const before = this.#ports.get(port) ?? Promise.resolve();
    const turn = before.then(step).catch((error: unknown) => arrivalFailed(this.#options.log, asEvidockError(error)));
    this.#ports.set(port, turn);
    void turn.then(() => this.#ports.get(port) === turn && this.#ports.delete(port));
    return turn;
  }

  #noticed(notice: DockNotice): void {
    if (this.learner.holdsNotice(notice)) return;
    void this.#inOrder(notice.port, () => this.#options.dockStage.notice(notice));
  }

  #open(dock: Dock | undefined, arrival: Arrival): void {
    const stay = new Stay(arrival, dock);
    this.#stays.set(arrival.key, stay);
    this.#work.set(stay, this.#takeIn(stay));
  }

  /**
   * Opens an arrival, and tries again while it is there: what keeps a recorder from being opened (a full disk under the ledger, a mount that is not ready) may
   * pass.
   */
  async #takeIn(stay: Stay): Promise<void> {
    const { retryMs, intake, log } = this.#options;
    let failed = false;
    for (let waitMs = retryMs; stay.phase === 'opening'; waitMs = Math.min(2 * waitMs, RETRIES_APART_MAX * retryMs)) {
      const failure = await this.#tryToOpen(stay, failed);
      if (!failure) break;
      failed = true;
      if (failure.retry === 'never') return;
      await pause(waitMs, stay.signal);
    }
    if (!stay.docked) return stay.refuse(new EvidockError('recorder.removed', because('port', { port: stay.arrival.port })));
    try {
      await intake.intake(stay.docked, stay.signal);
    } catch (error) {
      if (stay.phase === 'docked') arrivalFailed(log, asEvidockError(error));
    }
  }

  /** Opens an arrival. Returns why that failed, or null. */
  async #tryToOpen(stay: Stay, again: boolean): Promise<EvidockError | null> {
    const { arrival, signal } = stay;
    let failure: EvidockError | null = null;
    await this.#inOrder(arrival.port, async () => {
      try {
        if (stay.phase !== 'opening') throw new EvidockError('recorder.removed', because('port', { port: arrival.port }));
        stay.open(await this.#options.dockStage.arrive(arrival, { signal, again }));
      } catch (error) {
        failure = asEvidockError(error);
        stay.refuse(failure);
        // A device that policy leaves alone is no failure for the log; its slot and the custody log show it.
        if (stay.phase === 'opening' && failure.code !== 'recorder.unknown') arrivalFailed(this.#options.log, failure);
      }
    });
    return failure;
  }

  async #removed(key: string): Promise<void> {
    if (this.learner.drops(key)) return;
    const stay = this.#stays.get(key);
    if (!stay) return;
    this.#stays.delete(key);
    stay.leave(new EvidockError('recorder.removed', because('port', { port: stay.arrival.port })));
    await this.#inOrder(stay.arrival.port, async () => {
      await this.#work.get(stay);
      await stay.settled();
      if (stay.dockingId === null) return this.#options.dockStage.vacate(stay.arrival.port);
      await this.#options.intake.forget(stay.dockingId);
      await this.#options.dockStage.leave(stay.dockingId);
    });
    stay.left();
  }

  #stayOf(dockingId: string): Stay | undefined {
    return [...this.#stays.values()].find((stay) => stay.dockingId === dockingId);
  }

  /** Called when the card of the docking is listed to its end. */
  listed(dockingId: string): void {
    const stay = this.#stayOf(dockingId);
    if (stay) this.#then(stay, () => this.#options.recorderClock.doubt(dockingId));
  }

  /** Called when every file of the docking is safe, perhaps not for the first time. Does what is left to do on the recorder. */
  safe(dockingId: string): void {
    const stay = this.#stayOf(dockingId);
    if (!stay?.docked) return;
    const { recorderClock, wipeStage, statuses } = this.#options;
    const setsClock = recorderClock.announceSetting(stay.docked);
    if (!setsClock) wipeStage.announce(stay.docked);
    this.#then(stay, async (docked) => {
      if (setsClock) await recorderClock.set(docked);
      if (setsClock && stay.phase === 'docked' && !wipeStage.announce(docked)) await statuses.happened(dockingId, 'clock-done');
      await this.#finishIfArchived(stay, docked);
    });
  }

  /** Called when a recording is archived. If a recorder waited for this one last, it can be wiped now. */
  archived(recordingId: string): void {
    for (const stay of this.#stays.values()) {
      // This step comes after the one that finds out what is awaited, so no recording is missed between the two.
      this.#then(stay, async (docked) => {
        const awaited = this.#awaited.get(stay);
        if (awaited?.delete(recordingId) && awaited.size === 0) await this.#finishIfArchived(stay, docked);
      });
    }
  }

  /**
   * Asks the ledger for each recorder that waits for the archive. So a recorder goes on whichever host archived its recordings, even if no word of that came.
   */
  lookForArchived(): void {
    for (const stay of this.#stays.values()) {
      if (!this.#isWaiting(stay)) continue;
      this.#then(stay, async (docked) => {
        if (this.#isWaiting(stay)) await this.#finishIfArchived(stay, docked);
      });
    }
  }

  #isWaiting({ dockingId }: Stay): boolean {
    return dockingId !== null && this.#options.statuses.of(dockingId)?.phase === 'waiting';
  }

  /** Wipes and finishes if all awaited recordings are archived by what the ledger says now: a copy that was there before may have been withdrawn meanwhile. */
  async #finishIfArchived(stay: Stay, docked: Docked): Promise<void> {
    const { wipeStage, statuses } = this.#options;
    const { id } = docked.docking;
    const awaited = new Set(await wipeStage.awaited(docked, stay.signal));
    // A known file may have been found to differ meanwhile. This is called again when that file is safe.
    if (!statuses.of(id)?.isSafe) return;
    this.#awaited.set(stay, awaited);
    if (awaited.size > 0) await statuses.happened(id, 'await-archive');
    else await this.#finish(stay, docked);
  }

  #then(stay: Stay, step: (docked: Docked) => Promise<void>): void {
    stay.follow(async (docked) => {
      const resume = this.#options.intake.holdRecheck(docked.docking.id);
      try {
        await step(docked);
      } catch (error) {
        if (stay.phase === 'docked') arrivalFailed(this.#options.log, asEvidockError(error));
      } finally {
        resume();
      }
    });
  }

  async #finish(stay: Stay, docked: Docked): Promise<void> {
    await this.#options.wipeStage.wipe(docked, stay.signal);
    if (this.#options.release && stay.phase === 'docked') void this.#releaseLater(stay, docked);
  }

  /** Releases a recorder after its re-check, because off the bus it cannot be compared. A person may undock it before that. */
  async #releaseLater(stay: Stay, { docking: { id } }: Docked): Promise<void> {
    const { intake, statuses, log } = this.#options;
    await intake.rechecked(id);
    this.#then(stay, async () => {
      // The re-check has found files that are being taken in. This is called again when they are safe.
      if (!statuses.of(id)?.can('release')) return;
      await statuses.happened(id, 'release');
      try {
        await stay.dock?.release(stay.arrival.key);
      } catch (error) {
        // The recorder may be undocked even if the release failed.
        releaseFailed(log, { dockingId: id }, asEvidockError(error));
      }
    });
  }

  /** The docking of an arrival, once it is on record. Throws the reason if the arrival could not be opened. */
  async docked(key: string): Promise<string> {
    const stay = this.#stays.get(key);
    if (!stay) throw new EvidockError('station.stopping', because('dock-closed', {}));
    try {
      return (await stay.opened()).docking.id;
    } catch (error) {
      // The person who named the directory gets the error and may name it again, so it is not tried again here.
      await this.#removed(key);
      throw error;
    }
  }

  /** Ends a stay by `remove`, the dock's own way, when what is being done on the recorder has ended. Resolves when the removal is on record. */
  async undock(dockingId: string, remove: (key: string) => void): Promise<void> {
    const stay = this.#stayOf(dockingId);
    if (!stay) return;
    await stay.settled();
    // The recorder may have left by itself meanwhile.
    if (!this.#stays.has(stay.arrival.key)) return;
    remove(stay.arrival.key);
    await stay.whenLeft();
  }

  /** Stops copying. Files that are not sealed go on after the next start. */
  async stop(): Promise<void> {
    clearInterval(this.#sweep);
    this.learner.stop();
    for (const dock of this.#options.docks) await dock.stop();
    const stays = [...this.#stays.values()];
    for (const stay of stays) stay.leave(new EvidockError('station.stopping', because('dock-closed', {})));
    await Promise.all(stays.flatMap((stay) => [this.#work.get(stay), stay.settled()]));
    await Promise.all(stays.map(({ dockingId }) => dockingId !== null && this.#options.intake.forget(dockingId)));
    await Promise.all(this.#ports.values());
    this.#stays.clear();
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
