import type { Docked, DockStage } from '#dock/dock-stage';
import type { RecorderClock } from '#dock/recorder-clock';
import type { WipeStage } from '#dock/wipe-stage';
import { asEvidockError, EvidockError } from '#domain/errors';
import { arrivalFailed, type Log, releaseFailed } from '#events';
import type { IntakeStage } from '#intake/intake-stage';
import type { Arrival, Dock, DockNotice } from '#ports/dock';
import type { LedgerReader } from '#ports/ledger';
import { SlotLearner } from './slot-learner.ts';

interface Stay {
  readonly arrival: Arrival;
  readonly dock: Dock | undefined;
  readonly gone: AbortController;
  docked: Docked | null;
  /** The docking's id once `w01-docking-recorded` is done; rejects with why the recorder could not be opened. */
  readonly recorded: Promise<string>;
  readonly record: (dockingId: string) => void;
  readonly refuse: (error: unknown) => void;
  /** Called when the removal is on record. */
  left: () => void;
  /** Ends when intake of this stay has ended. */
  work: Promise<void>;
  /** What is done on the recorder once it is safe: clock, wipe, release. */
  finishing: Promise<void>;
  /** Recordings that must be archived before it may be wiped; null until that is known. */
  awaited: Set<string> | null;
  /** Set once, however often the docking becomes safe. */
  clockSet: boolean;
  released: boolean;
}

interface Options {
  readonly docks: readonly Dock[];
  /** The one of them that docks what a person names: it is never held back. */
  readonly byRequest: Dock;
  readonly dockStage: DockStage;
  readonly recorderClock: RecorderClock;
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
    const { promise: recorded, resolve: record, reject: refuse } = Promise.withResolvers<string>();
    // Nobody may be waiting for it: a failure is logged below in any case.
    recorded.catch(() => undefined);
    const stay: Stay = {
      arrival,
      dock,
      gone: new AbortController(),
      docked: null,
      work: Promise.resolve(),
      finishing: Promise.resolve(),
      awaited: null,
      clockSet: false,
      released: false,
      recorded,
      record,
      refuse,
      left: () => undefined,
    };
    this.#stays.set(arrival.key, stay);
    stay.work = this.#work(stay);
  }

  /** What keeps a recorder from being opened (a full disk under the ledger, a mount that is not ready) may pass while it is docked. */
  async #work(stay: Stay): Promise<void> {
    const { arrival, gone } = stay;
    const { retryMs, intake, log } = this.#options;
    let failed = false;
    for (let waitMs = retryMs; !gone.signal.aborted && !stay.docked; waitMs = Math.min(2 * waitMs, RETRIES_APART_MAX * retryMs)) {
      const again = failed;
      const failure = await this.#tryToOpen(stay, again);
      if (!failure) break;
      failed = true;
      if (failure.retry === 'never') return;
      await pause(waitMs, gone.signal);
    }
    if (!stay.docked) return stay.refuse(new EvidockError('recorder.removed', arrival.port));
    try {
      await intake.intake(stay.docked, gone.signal);
    } catch (error) {
      if (!gone.signal.aborted) arrivalFailed(log, asEvidockError(error));
    }
  }

  /** Returns why it could not be opened. */
  async #tryToOpen(stay: Stay, again: boolean): Promise<EvidockError | null> {
    const { arrival, gone } = stay;
    let failure: EvidockError | null = null;
    await this.#inOrder(arrival.port, async () => {
      try {
        if (gone.signal.aborted) throw new EvidockError('recorder.removed', arrival.port);
        stay.docked = await this.#options.dockStage.arrive(arrival, { signal: gone.signal, again });
        stay.record(stay.docked.docking.id);
      } catch (error) {
        failure = asEvidockError(error);
        stay.refuse(failure);
        // A device that is left alone by policy is no failure; its slot and the custody log tell of it.
        if (!gone.signal.aborted && failure.code !== 'recorder.unknown') arrivalFailed(this.#options.log, failure);
      }
    });
    return failure;
  }

  async #removed(key: string): Promise<void> {
    if (this.learner.drops(key)) return;
    const stay = this.#stays.get(key);
    if (!stay) return;
    this.#stays.delete(key);
    // The reason is what a wipe that is cut short gives as its failure.
    stay.gone.abort(new EvidockError('recorder.removed', stay.arrival.port));
    await this.#inOrder(stay.arrival.port, async () => {
      await stay.work;
      await stay.finishing;
      if (!stay.docked) return this.#options.dockStage.vacate(stay.arrival.port);
      await this.#options.intake.forget(stay.docked.docking.id);
      await this.#options.dockStage.leave(stay.docked.docking.id);
    });
    stay.left();
  }

  #stayOf(dockingId: string): Stay | undefined {
    return [...this.#stays.values()].find((stay) => stay.docked?.docking.id === dockingId);
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
    const { recorderClock, wipeStage } = this.#options;
    const again = stay.clockSet;
    stay.clockSet = true;
    const setsClock = !again && recorderClock.showSetting(stay.docked);
    if (!setsClock) wipeStage.announce(stay.docked);
    this.#then(stay, async (docked) => {
      if (!again) await recorderClock.set(docked);
      if (setsClock && !stay.gone.signal.aborted && !wipeStage.announce(docked)) recorderClock.showSet(docked);
      stay.awaited = new Set(await wipeStage.awaited(docked, stay.gone.signal));
      if (stay.awaited.size === 0) await this.#finish(stay, docked);
    });
  }

  /** Word has come that a recording is archived: a recorder that waits for it to be wiped may have waited for the last. */
  archived(recordingId: string): void {
    for (const stay of this.#stays.values()) {
      // Behind what finds out what is awaited: nothing is missed between the two.
      this.#then(stay, async (docked) => {
        if (stay.awaited?.delete(recordingId) && stay.awaited.size === 0) await this.#finishIfArchived(stay, docked);
      });
    }
  }

  /** Asks the ledger for each recorder that waits: whoever archived its recordings, and whether or not word of it has come. */
  lookForArchived(): void {
    for (const stay of this.#stays.values()) {
      if (!stay.awaited || stay.awaited.size === 0) continue;
      this.#then(stay, async (docked) => {
        if (stay.awaited && stay.awaited.size > 0) await this.#finishIfArchived(stay, docked);
      });
    }
  }

  /** What counts is what the ledger says now: a recording of the card that was archived before may have lost its copy meanwhile. */
  async #finishIfArchived(stay: Stay, docked: Docked): Promise<void> {
    stay.awaited = new Set(await this.#options.wipeStage.awaited(docked, stay.gone.signal));
    if (stay.awaited.size === 0) await this.#finish(stay, docked);
  }

  #then(stay: Stay, step: (docked: Docked) => Promise<void>): void {
    stay.finishing = stay.finishing.then(async () => {
      if (!stay.docked || stay.gone.signal.aborted) return;
      const resume = this.#options.intake.holdRecheck(stay.docked.docking.id);
      try {
        await step(stay.docked);
      } catch (error) {
        if (!stay.gone.signal.aborted) arrivalFailed(this.#options.log, asEvidockError(error));
      } finally {
        resume();
      }
    });
  }

  async #finish(stay: Stay, docked: Docked): Promise<void> {
    await this.#options.wipeStage.wipe(docked, stay.gone.signal);
    if (this.#options.release && !stay.gone.signal.aborted) void this.#releaseLater(stay, docked);
  }

  /** A recorder that is off the bus cannot be compared any more. Nobody has to wait for that to undock it. */
  async #releaseLater(stay: Stay, docked: Docked): Promise<void> {
    const { intake, ledger, log } = this.#options;
    const { id } = docked.docking;
    await intake.rechecked(id);
    this.#then(stay, async () => {
      // Something that was found by the re-check is being taken in: this comes again when that is safe.
      if (stay.released || (await ledger.dockings.get(id))?.state !== 'safe') return;
      stay.released = true;
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
    if (!stay) throw new EvidockError('station.stopping', 'the dock is closed');
    try {
      return await stay.recorded;
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
    await stay.finishing;
    const { promise, resolve } = Promise.withResolvers<void>();
    stay.left = resolve;
    // It may have left by itself meanwhile.
    if (!this.#stays.has(stay.arrival.key)) return;
    remove(stay.arrival.key);
    await promise;
  }

  /** Stops copying; what is not sealed goes on after the next start. */
  async stop(): Promise<void> {
    clearInterval(this.#sweep);
    this.learner.stop();
    for (const dock of this.#options.docks) await dock.stop();
    for (const stay of this.#stays.values()) stay.gone.abort(new EvidockError('station.stopping', 'the dock is closed'));
    await Promise.all([...this.#stays.values()].flatMap((stay) => [stay.work, stay.finishing]));
    await Promise.all([...this.#stays.values()].map(({ docked }) => docked && this.#options.intake.forget(docked.docking.id)));
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
