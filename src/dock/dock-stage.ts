import { compilePatterns, readCardPath } from '#domain/card/facts';
import type { Leftovers } from '#domain/card/leftovers';
import { STATION } from '#domain/custody/actor';
import { DockingArrived, DockingRemoved } from '#domain/custody/docking-entries';
import { ClockSet, ClockSettingBegun, ClockUnsure, RecorderUnlocked, WipeBegun, WipeFinished } from '#domain/custody/recorder-entries';
import { subject } from '#domain/custody/subject';
import { batteryOf, type Docking, leftReason, type Problem } from '#domain/docking';
import { asEvidockError, EvidockError } from '#domain/errors';
import { newId } from '#domain/ids';
import { because, type Reason, together } from '#domain/reason';
import type { FormerClock } from '#domain/recorder/former-clock';
import { withoutMinority } from '#domain/recorder/recognise';
import { type Log, recorderArrived, recorderRemoved } from '#events';
import type { Clock } from '#ports/clock';
import type { Arrival, DockNotice } from '#ports/dock';
import type { FaultPoints } from '#ports/fault-points';
import type { Ledger } from '#ports/ledger';
import type { RecorderAccess } from '#ports/recorder-access';
import type { RecorderDriver, Volume } from '#ports/recorder-driver';
import type { SlotBoard } from '#ports/slot-board';
import type { VaultReader } from '#ports/vault';
import { officerByRecorder } from '#steps/decide-officer';
import type { DockingStatuses } from '#steps/docking-statuses';
import { endAtDocking } from '#steps/end-holding';
import { formerClocks } from './former-clocks.ts';
import { PortNotices, slotFor } from './port-notices.ts';
import { readable } from './read-or-reason.ts';
import { asShown, type Recognition, recogniseArrival } from './recognition.ts';
import type { ClockReading, RecorderClock } from './recorder-clock.ts';
import { Recall, type Recalled } from './recorder-recall.ts';

/** A recorder that was recognised and whose docking is on record. Intake starts from this. */
export interface Docked {
  readonly docking: Docking;
  readonly driver: RecorderDriver;
  readonly volume: Volume;
  /** Port path of the hub whose bandwidth the recorder shares. */
  readonly hub: string | null;
  /** null: the recorder may only be read. */
  readonly access: RecorderAccess | null;
  /** A file system of the recorder was not cleanly unmounted, whoever left the mark. */
  readonly unclean: boolean;
  /** The recorder's clock was set by a vendor command already. */
  readonly clockSet: boolean;
  /** Clocks that the recorder had before and that may have given files on its card their times, oldest first. */
  readonly formerClocks: readonly FormerClock[];
}

interface Options {
  readonly ledger: Ledger;
  /** For the bytes of sealed files, by which a card is known again. */
  readonly vault: VaultReader;
  readonly board: SlotBoard;
  readonly statuses: DockingStatuses;
  readonly clock: Clock;
  readonly log: Log;
  readonly faults: FaultPoints;
  readonly stationId: string;
  readonly drivers: readonly RecorderDriver[];
  readonly fallback: RecorderDriver;
  readonly recorderClock: RecorderClock;
  /** What happens to a USB storage device that no driver knows: `leave` it alone, or `take` its files. */
  readonly unknown: 'leave' | 'take';
  readonly leftovers: Leftovers;
  /** True: the docking of a recorder ends its take-out. */
  readonly endsTakeOut: boolean;
  /** Charge that a shift needs, percent. */
  readonly chargePercentMin: number;
}

/** At most so many of a recorder's dockings are searched, which are those of months. */
const REMEMBERED_DOCKINGS = 200;
/** Types of custody entries with which the station begins to write to a recorder, and those after which the recorder is read-only again. */
const WRITES_BEGUN: ReadonlySet<string> = new Set([WipeBegun.type, ClockSettingBegun.type, ClockUnsure.type]);
const WRITES_FINISHED: ReadonlySet<string> = new Set([WipeFinished.type, ClockSet.type]);

/** Recognises an arrival and opens its docking; closes the docking when the recorder is gone. */
export class DockStage {
  readonly #options: Options;
  readonly #notices: PortNotices;
  readonly #recall: Recall;

  constructor(options: Options) {
    this.#options = options;
    this.#recall = new Recall(options);
    this.#notices = new PortNotices(options);
  }

  /**
   * Recognises an arrival and records its docking, at fault point `w01-docking-recorded`. Throws recorder.* if the volume cannot be listed, and
   * recorder.unknown if the device is left alone. Then the slot shows why, and it goes on record; not so at a later try (`again`).
   */
  async arrive(arrival: Arrival, { signal, again = false }: { signal?: AbortSignal; again?: boolean } = {}): Promise<Docked> {
    let explain: readonly Reason[] = arrival.facts;
    try {
      const { drivers, fallback, leftovers } = this.#options;
      const recognised = await recogniseArrival(arrival, drivers, { fallback, leftovers, signal });
      const recalled = await this.#recall.byFiles(arrival.volume, recognised.sample);
      const found = await this.#remembered(arrival, await this.#asBefore(recognised, recalled));
      explain = found.explain;
      if (!found.known && arrival.vendorId !== null && this.#options.unknown === 'leave')
        throw new EvidockError('recorder.unknown', together(found.why));
      return await this.#open(arrival, found, recalled);
    } catch (error) {
      const failure = asEvidockError(error);
      // The removal of a recorder shows that it has left, and a failing ledger cannot record a refusal either. So only other failures of the recorder are
      // shown.
      if (failure.side === 'recorder' && !signal?.aborted && !again)
        await this.#refuse(arrival, { code: failure.code, reason: failure.reason }, explain);
      throw failure;
    }
  }

  /** Reads a card whose files are on record as a recorder's own with the driver of then, even if other files on it now look more like another family's. */
  async #asBefore(found: Recognition, recalled: Recalled | null): Promise<Recognition> {
    const { drivers, fallback } = this.#options;
    const driver = drivers.find(({ id }) => id === recalled?.docking.driverId);
    if (!recalled || !driver || driver === fallback || driver === found.driver) return found;
    const own = found.candidates.find(({ id }) => id === driver.id);
    if (!own || own.score === 0 || !(await recalled.proved())) return found;
    const why = because('files-on-record-as', { files: recalled.files, serial: recalled.serial, driver: driver.id });
    const explain = [...found.explain.slice(0, -1), because('taken-for-why', { driver: driver.id, whys: [why] })];
    return { ...found, driver, score: own.score, known: true, why: [...own.why, why], explain };
  }

  /**
   * Recognises a recorder whose wiped card holds nothing that a driver knows. The recorder counts as what it was at an earlier docking with the same USB ids
   * and the same serial, on the bus or on its card. The card must be empty, or some file on it must be on record as the recorder's own: a device can claim any
   * ids and serial, so files that nobody knows are not enough.
   */
  async #remembered(arrival: Arrival, found: Recognition): Promise<Recognition> {
    const { serial, vendorId, productId } = arrival;
    if (found.known || vendorId === null || serial === null) return found;
    const { ledger, drivers, fallback } = this.#options;
    const named = (await ledger.dockings.list({ recorder: serial, limit: REMEMBERED_DOCKINGS })).find(
      (docking) => docking.vendorId === vendorId && docking.productId === productId,
    );
    const before = named ?? (await this.#recall.byBus(arrival));
    const driver = drivers.find(({ id }) => id === before?.driverId);
    if (!before || !driver || driver === fallback) return found;
    if (found.sample.length > 0 && !(await this.#hasFileOf(before.recorderSerial, found.sample))) return found;
    const why = because(found.sample.length > 0 ? 'own-files-docked-before' : 'empty-docked-before', { driver: driver.id });
    const explain = [...found.explain.slice(0, -1), because('taken-for-why', { driver: driver.id, whys: [why] })];
    return { ...found, driver, known: true, why: [why], explain };
  }

  async #hasFileOf(recorderSerial: string, sample: Recognition['sample']): Promise<boolean> {
    for (const { path, bytes, mtimeMs } of sample) {
      if (await this.#options.ledger.originals.find({ recorderSerial, cardPath: path, bytes, mtimeMs })) return true;
    }
    return false;
  }

  async #refuse(arrival: Arrival, problem: Problem, explain: readonly Reason[]): Promise<void> {
    const phase = problem.code === 'recorder.unknown' ? ('unknown' as const) : ('problem' as const);
    await this.#notices.refuse({ port: arrival.port, hub: arrival.hub, slot: arrival.slot, facts: arrival.facts, explain, problem, phase });
  }

  async #open(arrival: Arrival, found: Recognition, recalled: Recalled | null): Promise<Docked> {
    const { ledger, clock, faults, log, recorderClock } = this.#options;
    const { driver, score } = found;
    const reasons = [...found.why];
    const serial = await this.#serial(arrival, found, recalled, reasons);
    const reading = await recorderClock.read(driver, arrival, reasons);
    if (reading.warning) reasons.push(because('its-clock', { why: reading.warning.reason }));
    if (arrival.unclean) reasons.push(because('unclean-file-system', {}));
    const former = await formerClocks(ledger, { serial, told: arrival.serial, offsetMs: reading.offsetMs });
    reasons.push(...former.map(formerReason));
    const nowMs = clock.nowMs();
    const [other] = await ledger.dockings.list({ recorder: serial, openOnly: true, limit: 1 });
    if (other) reasons.push(because('serial-docked-twice', { slot: other.slot }));
    const id = newId('dck', nowMs, this.#options.stationId);
    await this.#record(arrival, { id, serial, driver, score, reasons, reading, nowMs });
    faults.reached('w01-docking-recorded');
    const docking = await ledger.dockings.get(id);
    if (!docking) throw new Error(`docking ${id} is not in the ledger after its own transaction`);
    await this.#show(docking, arrival, reading, found.explain);
    recorderArrived(log, { dockingId: id, slot: docking.slot, driverId: driver.id, score });
    const access = await this.#access(arrival, docking);
    const { volume, hub } = arrival;
    const [unclean, clockSet] = [arrival.unclean !== null, arrival.clockSet !== null];
    return { docking, driver, volume, hub, access, unclean, clockSet, formerClocks: former };
  }

  /**
   * Whether the station may write to a recorder with an unclean file system. A pull while the station writes leaves such a mark, and Linux never removes a mark
   * that it found. The station itself left the mark if, at the last docking that arrived clean, it began a wipe or a setting of the clock and did not finish it
   * (docs/decisions/0011).
   */
  async #access({ access, unclean }: Arrival, { id, recorderSerial }: Docking): Promise<RecorderAccess | null> {
    if (!unclean?.access) return access;
    const { ledger } = this.#options;
    for (const before of await ledger.dockings.list({ recorder: recorderSerial, limit: REMEMBERED_DOCKINGS })) {
      if (before.id === id) continue;
      const entries = await ledger.custody.of(subject('docking', before.id));
      const found = entries.map(DockingArrived.parse).find((entry) => entry !== null)?.data.unclean;
      if (found === true) continue;
      const last = entries.findLast(({ type }) => WRITES_BEGUN.has(type) || WRITES_FINISHED.has(type));
      return found === false && last && WRITES_BEGUN.has(last.type) ? unclean.access : null;
    }
    return null;
  }

  async #record(
    arrival: Arrival,
    facts: { id: string; serial: string; driver: RecorderDriver; score: number; reasons: Reason[]; reading: ClockReading; nowMs: number },
  ): Promise<void> {
    const { id, serial, driver, score, reasons, reading, nowMs } = facts;
    const clockOffsetMs = reading.offsetMs;
    await this.#options.ledger.transaction(async (writer) => {
      const slot = arrival.slot ?? (await slotFor(writer, arrival.port, nowMs));
      await writer.dockings.insert({
        id,
        slot,
        port: arrival.port,
        recorderSerial: serial,
        vendorId: arrival.vendorId,
        productId: arrival.productId,
        toldSerial: arrival.vendorId === null ? null : arrival.serial,
        driverId: driver.id,
        driverScore: score,
        driverWhy: reasons,
        clockOffsetMs,
        batteryPercent: arrival.batteryPercent,
        arrivedAtMs: nowMs,
      });
      const known = await writer.registry.recorder(serial);
      await writer.registry.upsertRecorder({
        serial,
        model: known?.model ?? null,
        driverId: driver.id,
        assignedOfficerId: known?.assignedOfficerId ?? null,
        firstSeenAtMs: known?.firstSeenAtMs ?? nowMs,
        lastSeenAtMs: nowMs,
      });
      const data = {
        slot,
        port: arrival.port,
        recorder: serial,
        driver: driver.id,
        score,
        vendorId: arrival.vendorId,
        productId: arrival.productId,
        toldSerial: arrival.vendorId === null ? null : arrival.serial,
        clockOffsetMs,
        clockOff: reading.warning !== null,
        batteryPercent: arrival.batteryPercent,
        unclean: arrival.unclean !== null,
        newRecorder: known === null,
        firstSeenAtMs: known?.firstSeenAtMs ?? nowMs,
      };
      const about = { atMs: nowMs, actor: STATION, subject: subject('docking', id) };
      await writer.custody.append(DockingArrived.make({ ...about, data, lists: { why: reasons } }));
      if (arrival.unlocked) {
        const unlocked = { recorder: serial, vendorId: arrival.vendorId, productId: arrival.productId };
        await writer.custody.append(RecorderUnlocked.make({ ...about, data: unlocked }));
      }
      if (arrival.clockSet) {
        // The setting is on record under the serial that the recorder told. This entry makes it part of the docking's history, and so of its recordings'.
        const setting = { ...this.#options.recorderClock.commandOf(arrival.clockSet, serial), told: arrival.clockSet.serial };
        await writer.custody.append(ClockSet.make({ ...about, data: setting }));
      }
      if (this.#options.endsTakeOut) await endAtDocking(writer, serial, nowMs);
    });
  }

  async #show(docking: Docking, arrival: Arrival, reading: ClockReading, explain: readonly Reason[]): Promise<void> {
    const { ledger, statuses } = this.#options;
    const { officerId } = await officerByRecorder(ledger, docking.recorderSerial, docking.arrivedAtMs, docking.arrivedAtMs);
    const { clockOffsetMs } = docking;
    const battery = batteryOf(docking.batteryPercent, this.#options.chargePercentMin);
    statuses.begin(docking, { hub: arrival.hub, officerId, warning: reading.warning, clockOffsetMs, battery, explain });
  }

  /**
   * The serial of the recorder, from the first of these that tells one: the person who named the directory; a status file on the card; the recorder whose files
   * are on the card; the names of the files; the bus. The bus is last, because whole batches of cheap devices share one serial.
   */
  async #serial(arrival: Arrival, found: Recognition, recalled: Recalled | null, reasons: Reason[]): Promise<string> {
    if (arrival.serial && arrival.vendorId === null) return arrival.serial;
    const { driver } = found;
    const patterns = compilePatterns(driver.patterns);
    const sample = withoutMinority(asShown(found.sample), patterns);
    const own = await readable('serial-unread', reasons, async () => (await driver.identify?.(arrival.volume, sample)) ?? null);
    const isByNames = own !== null && sample.some(({ path }) => readCardPath(path, patterns).deviceNumber === own);
    if (own && !isByNames) return own;
    const before = await this.#recalledSerial(recalled, own, reasons);
    if (before) return before;
    if (own) return own;
    const docked = await this.#recall.byBus(arrival);
    if (docked && docked.recorderSerial !== arrival.serial)
      reasons.push(because('serial-of-bus', { serial: docked.recorderSerial, driver: docked.driverId }));
    if (docked) return docked.recorderSerial;
    if (arrival.serial) return arrival.serial;
    reasons.push(because('serial-of-place', {}));
    return `place:${arrival.volume.label ?? arrival.port}`;
  }

  /** null if the card is not known. Also null if it is known only as that of a place and its names tell a number now. */
  async #recalledSerial(recalled: Recalled | null, own: string | null, reasons: Reason[]): Promise<string | null> {
    if (!recalled || recalled.serial === own) return own;
    if (own !== null && recalled.serial.startsWith('place:')) return null;
    const proved = await readable('known-unread-on-card', reasons, async () => ((await recalled.proved()) ? recalled.serial : null));
    if (proved) reasons.push(because('stays-as-on-record', { files: recalled.files, serial: recalled.serial }));
    return proved;
  }

  /** Shows news of a port at which no recorder is ready to be read. */
  notice(notice: DockNotice): Promise<void> {
    return this.#notices.notice(notice);
  }

  /** A device that arrived at this port without getting a docking is gone. */
  vacate(port: string): Promise<void> {
    return this.#notices.vacate(port);
  }

  /** Records the removal of a docking that `arrive` made, at fault point `w15-removal-recorded`. */
  async leave(dockingId: string): Promise<void> {
    const { ledger, clock, statuses, faults, log } = this.#options;
    const docking = await ledger.dockings.get(dockingId);
    if (!docking || docking.removedAtMs !== null) return;
    const progress = await ledger.dockings.progress(dockingId);
    const nowMs = clock.nowMs();
    const safe = docking.safeAtMs !== null;
    const left = progress.listed;
    const listingFinished = docking.listedAtMs !== null;
    const reason = leftReason({ files: left, bytes: progress.listedBytes, listingFinished });
    const problem: Problem | null = safe ? null : { code: 'recorder.removed', reason };
    await ledger.transaction(async (writer) => {
      await statuses.recordRemoved(writer, dockingId, problem, nowMs);
      const data = { slot: docking.slot, safe, filesLeft: left, bytesLeft: progress.listedBytes, listingFinished };
      const { filesToRecheck, filesRechecked } = docking;
      const about = { atMs: nowMs, actor: STATION, subject: subject('docking', dockingId) };
      await writer.custody.append(DockingRemoved.make({ ...about, data: { ...data, filesToRecheck, filesRechecked } }));
    });
    faults.reached('w15-removal-recorded');
    statuses.ended(dockingId, problem);
    recorderRemoved(log, { dockingId, slot: docking.slot, safe, filesLeft: left });
  }
}

function formerReason({ setAtMs, offsetMs }: FormerClock): Reason {
  const offset = `${offsetMs < 0 ? '' : '+'}${Math.round(offsetMs / 1000)}`;
  return because('clock-was-set', { at: new Date(setAtMs).toISOString(), offset });
}
