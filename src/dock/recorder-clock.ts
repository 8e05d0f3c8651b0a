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

/** Smaller differences are what reading a clock costs. */
const SET_FROM_MS = 1000;

interface Options {
  readonly ledger: Ledger;
  readonly board: SlotBoard;
  readonly statuses: DockingStatuses;
  readonly clock: Clock;
  readonly log: Log;
  readonly timezone: string;
  /** A clock that is off by more is shown with a warning. */
  readonly warnMs: number;
  readonly set: boolean;
}

export interface ClockReading {
  /** Station minus recorder; null if nothing tells. */
  readonly offsetMs: number | null;
  readonly warning: Problem | null;
}

interface Settable {
  readonly docking: Docking;
  readonly driver: RecorderDriver;
  readonly access: RecorderAccess | null;
  /** A file system of it was not cleanly unmounted, whoever left that mark. */
  readonly unclean: boolean;
  readonly clockSet: boolean;
}

/** The recorders' clocks: measured at docking, doubted where only the files speak, set where the driver can and the policy says so. */
export class RecorderClock {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** `reasons` gets why its clock could not be read from the card. */
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
   * The card is listed. Where nothing tells the recorder's time of now, its files still tell one thing: no file was made in the future, so a claim
   * later than now proves that the clock is ahead at least so much. By how much it is off they do not tell, so it is a warning and no offset; and a
   * newest file in the past proves nothing at all.
   */
  async doubt(dockingId: string): Promise<void> {
    const { ledger, clock, board, warnMs } = this.#options;
    const docking = await ledger.dockings.get(dockingId);
    if (!docking || docking.clockOffsetMs !== null || docking.removedAtMs !== null) return;
    // Files of other recorders on its card tell of other clocks.
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

  /** What the custody log says of a clock that was found `offsetMs` off and set at `nowMs`. */
  settingOf(serial: string | null, offsetMs: number, how: 'command' | 'file', nowMs: number) {
    const { timezone } = this.#options;
    return { recorder: serial, how, offsetMs, from: msToClaimed(nowMs - offsetMs, timezone), to: msToClaimed(nowMs, timezone) };
  }

  /** The same of one that a vendor command sets: `serial` of the recorder as it is known by then. */
  commandOf(setting: ClockSetting, serial: string | null = setting.serial) {
    const { port, offsetMs, atMs } = setting;
    return { ...this.settingOf(serial, offsetMs, 'command', atMs), port, setAtMs: atMs };
  }

  /**
   * Before a vendor command goes out: whatever comes after it, a yank, a lock that does not open or a crash, it is on record that the clock is no longer
   * what it was, and by how much. The recorder is not docked yet, so the subject is what it tells of itself.
   */
  async announce(setting: ClockSetting): Promise<void> {
    const entry = { atMs: setting.atMs, actor: STATION, subject: toldSubject(setting), data: this.commandOf(setting) };
    try {
      await this.#enter(ClockSettingBegun.make(entry));
    } catch (error) {
      // Whoever asked goes on without setting it.
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
      // That it was begun is on record, and nothing that is corrected by it asks for more.
      clockFailed(log, { port: setting.port }, asEvidockError(error));
    }
  }

  /**
   * The docking has become safe. Returns whether its clock will be set at once, once in a docking: then nobody is told to undock it before `set` has
   * ended.
   */
  announceSetting(docked: Settable): boolean {
    const { statuses } = this.#options;
    const { id } = docked.docking;
    if (!this.#settingFor(docked) || statuses.of(id)?.clockSet !== false) return false;
    void statuses.happened(id, 'set-clock');
    return true;
  }

  /** A new file takes free clusters, and in an unclean file system footage may lie in them that only a repair finds. */
  #settingFor({ docking: { clockOffsetMs }, driver, access, unclean, clockSet }: Settable) {
    const file = driver.clockFile;
    if (!this.#options.set || clockSet || unclean || !file || !access) return null;
    if (clockOffsetMs === null || Math.abs(clockOffsetMs) <= SET_FROM_MS) return null;
    return { file, access, offsetMs: clockOffsetMs };
  }

  /**
   * Sets the clock through the driver's file, once the docking is safe: nothing is written to a recorder whose files are not. On record before, because a
   * pull in the midst leaves the mark of an unclean file system, which must be known as the station's own (docs/decisions/0011).
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
      // Its files are safe, and the warning about its clock stands: that is no reason to keep it.
      failed(error);
      const reason = failureReason(asEvidockError(error));
      // Where the ledger fails as well, the announcement is left without an outcome, which says the same.
      await this.#enter(ClockUnsure.make({ ...about(begunAtMs), personal: { why: reason } })).catch(failed);
    }
  }

  async #enter(entry: CustodyDraft): Promise<void> {
    await this.#options.ledger.transaction((writer) => writer.custody.append(entry));
  }
}
