import { STATION } from '#domain/custody/actor';
import type { CustodyDraft } from '#domain/custody/entry';
import { ClockDoubted, ClockNotSet, ClockSet, ClockSettingBegun, ClockUnsure } from '#domain/custody/recorder-entries';
import { subject } from '#domain/custody/subject';
import type { Docking, Problem } from '#domain/docking';
import { asEvidockError, failureReason } from '#domain/errors';
import { because, type Reason } from '#domain/reason';
import { claimedToMs, msToClaimed } from '#domain/time/station-time';
import { clockFailed, clockSet, type Log } from '#events';
import type { Clock } from '#ports/clock';
import type { Arrival, ClockOutcome, ClockSetting } from '#ports/dock';
import type { Ledger } from '#ports/ledger';
import type { RecorderAccess } from '#ports/recorder-access';
import type { RecorderDriver } from '#ports/recorder-driver';
import type { SlotBoard } from '#ports/slot-board';
import type { DockingStatuses } from '#steps/docking-statuses';
import { toldSubject } from './former-clocks.ts';
import { readable } from './read-or-reason.ts';

/** Smaller differences come from the time that reading the clock takes, ms. */
const SET_FROM_MS = 1000;

interface Options {
  readonly ledger: Ledger;
  readonly board: SlotBoard;
  readonly statuses: DockingStatuses;
  readonly clock: Clock;
  readonly log: Log;
  readonly timezone: string;
  /** A clock that is off by more than this is shown with a warning, ms. */
  readonly warnMs: number;
  readonly set: boolean;
}

export interface ClockReading {
  /** Station clock minus recorder clock, ms; null if nothing tells it. */
  readonly offsetMs: number | null;
  readonly warning: Problem | null;
}

interface Settable {
  readonly docking: Docking;
  readonly driver: RecorderDriver;
  readonly access: RecorderAccess | null;
  /** A file system of the recorder was not cleanly unmounted, whoever left the mark. */
  readonly unclean: boolean;
  readonly clockSet: boolean;
}

/** The clocks of recorders. They are measured at docking, doubted where only the files tell of them, and set where the driver can and the policy wants it. */
export class RecorderClock {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Measures the offset of the clock. Adds to `reasons` why the card's clock could not be read. */
  async read(driver: RecorderDriver, arrival: Arrival, reasons: Reason[]): Promise<ClockReading> {
    const offsetMs = arrival.clockOffsetMs ?? (await readable('clock-unread', reasons, () => this.#readFile(driver, arrival)));
    if (offsetMs === null || Math.abs(offsetMs) <= this.#options.warnMs) return { offsetMs, warning: null };
    const span = Math.abs(offsetMs);
    return { offsetMs, warning: { code: 'recorder.clock-off', reason: because(offsetMs > 0 ? 'clock-behind' : 'clock-ahead', { span }) } };
  }

  async #readFile(driver: RecorderDriver, arrival: Arrival): Promise<number | null> {
    const claimed = await driver.readClock?.(arrival.volume);
    if (!claimed) return null;
    const ms = claimedToMs(claimed, this.#options.timezone);
    return Number.isFinite(ms) ? this.#options.clock.nowMs() - ms : null;
  }

  /**
   * Called when the card is listed and nothing has told the recorder's present time. No file was made in the future, so a claimed time later than now proves
   * that the clock is ahead by at least so much. It does not tell the offset, so this only gives a warning. A newest file in the past proves nothing.
   */
  async doubt(dockingId: string): Promise<void> {
    const { ledger, clock, board, warnMs } = this.#options;
    const docking = await ledger.dockings.get(dockingId);
    if (!docking || docking.clockOffsetMs !== null || docking.removedAtMs !== null) return;
    // Files of other recorders on the card tell of other clocks.
    const [newest] = await ledger.recordings.list({ dockingId, recorderSerial: docking.recorderSerial, limit: 1 });
    const nowMs = clock.nowMs();
    const aheadMs = (newest?.recording.startMs ?? 0) - nowMs;
    if (!newest || aheadMs <= warnMs) return;
    const warning: Problem = {
      code: 'recorder.clock-off',
      reason: because('clock-ahead-at-least', { span: aheadMs }),
    };
    const data = { recorder: docking.recorderSerial, recording: newest.recording.id, aheadAtLeastMs: aheadMs };
    await this.#enter(ClockDoubted.make({ atMs: nowMs, actor: STATION, subject: subject('docking', dockingId), data }));
    board.updateDocking(dockingId, { warning });
  }

  /** Data of a custody entry for a clock that was `offsetMs` off and is set at `nowMs`. */
  settingOf(serial: string | null, offsetMs: number, how: 'command' | 'file', nowMs: number) {
    const { timezone } = this.#options;
    return { recorder: serial, how, offsetMs, from: msToClaimed(nowMs - offsetMs, timezone), to: msToClaimed(nowMs, timezone) };
  }

  /** Data of a custody entry for a setting by a vendor command. `serial`: the recorder's serial, as far as it is known then. */
  commandOf(setting: ClockSetting, serial: string | null = setting.serial) {
    const { port, offsetMs, atMs } = setting;
    return { ...this.settingOf(serial, offsetMs, 'command', atMs), port, setAtMs: atMs };
  }

  /**
   * Records a setting before its vendor command goes out. Whatever follows (a pull, a lock that does not open, a crash), it is on record that the clock is no
   * longer what it was, and by how much. The recorder is not docked yet, so the subject is the serial that it tells, or its port.
   */
  async announce(setting: ClockSetting): Promise<void> {
    const entry = { atMs: setting.atMs, actor: STATION, subject: toldSubject(setting), data: this.commandOf(setting) };
    try {
      await this.#enter(ClockSettingBegun.make(entry));
    } catch (error) {
      // The caller then does not set the clock.
      clockFailed(this.#options.log, { port: setting.port }, asEvidockError(error));
      throw error;
    }
  }

  async settle(setting: ClockSetting, outcome: ClockOutcome): Promise<void> {
    const { clock, log } = this.#options;
    const about = { atMs: clock.nowMs(), actor: STATION, subject: toldSubject(setting), data: this.commandOf(setting) };
    try {
      if (outcome.set === 'yes') await this.#enter(ClockSet.make(about));
      else await this.#enter((outcome.set === 'no' ? ClockNotSet : ClockUnsure).make({ ...about, personal: { why: outcome.why } }));
    } catch (error) {
      // The beginning is on record, and the correction of times needs no more than that.
      clockFailed(log, { port: setting.port }, asEvidockError(error));
    }
  }

  /**
   * The docking has become safe. Returns whether `set` will set the clock now, which happens once in a docking. Then nobody is told to undock the recorder
   * before `set` has ended.
   */
  announceSetting(docked: Settable): boolean {
    const { statuses } = this.#options;
    const { id } = docked.docking;
    if (!this.#settingFor(docked) || statuses.of(id)?.clockSet !== false) return false;
    void statuses.happened(id, 'set-clock');
    return true;
  }

  /**
   * The setting of this docking's clock by a file; null if there is none to be made. In an unclean file system a new file could take clusters with footage that
   * only a repair finds, so none is written there.
   */
  #settingFor({ docking: { clockOffsetMs }, driver, access, unclean, clockSet }: Settable) {
    const file = driver.clockFile;
    if (!this.#options.set || clockSet || unclean || !file || !access) return null;
    if (clockOffsetMs === null || Math.abs(clockOffsetMs) <= SET_FROM_MS) return null;
    return { file, access, offsetMs: clockOffsetMs };
  }

  /**
   * Sets the clock through the driver's file. Only a safe docking is written to. The setting goes on record first, because a pull in between leaves the mark of
   * an unclean file system, which must be known as the station's own (docs/decisions/0011).
   */
  async set(docked: Settable): Promise<void> {
    const { docking } = docked;
    const setting = this.#settingFor(docked);
    if (!setting) return;
    const { file, access, offsetMs } = setting;
    const { clock, timezone, log } = this.#options;
    const about = (settingAtMs: number) => ({
      ...{ atMs: clock.nowMs(), actor: STATION, subject: subject('docking', docking.id) },
      data: this.settingOf(docking.recorderSerial, offsetMs, 'file', settingAtMs),
    });
    const failed = (error: unknown) => clockFailed(log, { dockingId: docking.id }, asEvidockError(error));
    const begunAtMs = clock.nowMs();
    try {
      await this.#enter(ClockSettingBegun.make(about(begunAtMs)));
    } catch (error) {
      return failed(error);
    }
    try {
      const writtenAtMs = await access.writable(async (writer) => {
        const nowMs = clock.nowMs();
        const claimed = msToClaimed(nowMs, timezone);
        if (claimed === null) throw new RangeError('the clock of the station is outside the years that any recorder knows');
        await writer.writeText(file.path, file.text(claimed));
        await writer.sync();
        return nowMs;
      });
      await this.#enter(ClockSet.make(about(writtenAtMs)));
      clockSet(log, { dockingId: docking.id, offsetMs });
    } catch (error) {
      // The files are safe and the warning about the clock stays. So this failure does not keep the recorder here.
      failed(error);
      const reason = failureReason(asEvidockError(error));
      // If the ledger fails too, the announcement stays without an outcome, which means the same.
      await this.#enter(ClockUnsure.make({ ...about(begunAtMs), personal: { why: reason } })).catch(failed);
    }
  }

  async #enter(entry: CustodyDraft): Promise<void> {
    await this.#options.ledger.transaction((writer) => writer.custody.append(entry));
  }
}
