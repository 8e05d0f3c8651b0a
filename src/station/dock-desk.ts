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
  /** The one of them that docks what a person names: it is never held back. */
  readonly byRequest: Dock;
  readonly dockStage: DockStage;
  readonly recorderClock: RecorderClock;
  readonly statuses: DockingStatuses;
  readonly wipeStage: WipeStage;
  readonly intake: Pick<IntakeStage, 'intake' | 'forget' | 'rechecked' | 'holdRecheck'>;
  readonly ledger: LedgerReader;
  readonly log: Log;
  /** Take recorders off the bus once nothing is left to do on them. */
  readonly release: boolean;
  /** How long a recorder that could not be opened is left alone at first, ms. */
  readonly retryMs: number;
  /** How often the ledger is asked whether what is waited for is archived, s. */
  readonly sweepSeconds: number;
}

/** The longest time between two tries, as a multiple of the first. */
const RETRIES_APART_MAX = 16;

/**
 * Joins docks, stages of the dock, and intake: who has arrived is recognised, then copied; who is safe has its clock set, is wiped and let go, as the
 * policy says; who is gone is stopped, then closed. Part of the composition root.
 */
export class DockDesk {
  readonly #options: Options;
  readonly #stays = new Map<string, Stay>();
  /** Ends when intake of this stay has ended. */
  readonly #work = new WeakMap<Stay, Promise<void>>();
  /** Recordings that must be archived before it may be wiped, as far as that is known. */
  readonly #awaited = new WeakMap<Stay, Set<string>>();
  /** What happens at one port happens in order: the next arrival is opened when the last one's removal is on record. */
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

  /** What keeps a recorder from being opened (a full disk under the ledger, a mount that is not ready) may pass while it is docked. */
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

  /** Returns why it could not be opened. */
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
        // A device that is left alone by policy is no failure; its slot and the custody log tell of it.
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

  /** The card is listed to its end. */
  listed(dockingId: string): void {
    const stay = this.#stayOf(dockingId);
    if (stay) this.#then(stay, () => this.#options.recorderClock.doubt(dockingId));
  }

  /** Every file of the docking is safe, maybe not for the first time: what is left to do on the recorder may be done. */
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

  /** Word has come that a recording is archived: a recorder that waits for it to be wiped may have waited for the last. */
  archived(recordingId: string): void {
    for (const stay of this.#stays.values()) {
      // Behind what finds out what is awaited: nothing is missed between the two.
      this.#then(stay, async (docked) => {
        const awaited = this.#awaited.get(stay);
        if (awaited?.delete(recordingId) && awaited.size === 0) await this.#finishIfArchived(stay, docked);
      });
    }
  }

  /** Asks the ledger for each recorder that waits: whoever archived its recordings, and whether or not word of it has come. */
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

  /** What counts is what the ledger says now: a recording of the card that was archived before may have lost its copy meanwhile. */
  async #finishIfArchived(stay: Stay, docked: Docked): Promise<void> {
    const { wipeStage, statuses } = this.#options;
    const { id } = docked.docking;
    const awaited = new Set(await wipeStage.awaited(docked, stay.signal));
    // A known file may have been found to be another one meanwhile: this comes again when that is safe.
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

  /** A recorder that is off the bus cannot be compared any more. Nobody has to wait for that to undock it. */
  async #releaseLater(stay: Stay, { docking: { id } }: Docked): Promise<void> {
    const { intake, statuses, log } = this.#options;
    await intake.rechecked(id);
    this.#then(stay, async () => {
      // Something that was found by the re-check is being taken in: this comes again when that is safe.
      if (!statuses.of(id)?.can('release')) return;
      await statuses.happened(id, 'release');
      try {
        await stay.dock?.release(stay.arrival.key);
      } catch (error) {
        // It is safe to undock all the same.
        releaseFailed(log, { dockingId: id }, asEvidockError(error));
      }
    });
  }

  /** The docking of an arrival, once it is on record. Throws why it could not be opened. */
  async docked(key: string): Promise<string> {
    const stay = this.#stays.get(key);
    if (!stay) throw new EvidockError('station.stopping', because('dock-closed', {}));
    try {
      return (await stay.opened()).docking.id;
    } catch (error) {
      // Who named the directory has been told, and names it again.
      await this.#removed(key);
      throw error;
    }
  }

  /** Ends a stay through `remove`, the dock's own way, when what is being done on the recorder is done; resolves when the removal is on record. */
  async undock(dockingId: string, remove: (key: string) => void): Promise<void> {
    const stay = this.#stayOf(dockingId);
    if (!stay) return;
    await stay.settled();
    // It may have left by itself meanwhile.
    if (!this.#stays.has(stay.arrival.key)) return;
    remove(stay.arrival.key);
    await stay.whenLeft();
  }

  /** Stops copying; what is not sealed goes on after the next start. */
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
