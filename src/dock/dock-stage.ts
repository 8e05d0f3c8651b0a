import type { Docking } from '#domain/docking';
import { EvidockError } from '#domain/errors';
import { newId } from '#domain/ids';
import { chooseDriver } from '#domain/recognise';
import { claimedToMs } from '#domain/station-time';
import { type Log, recorderArrived, recorderRemoved } from '#events';
import type { Clock } from '#ports/clock';
import type { Arrival } from '#ports/dock';
import type { FaultPoints } from '#ports/fault-points';
import type { Ledger, LedgerWriter } from '#ports/ledger';
import type { RecorderDriver, RecorderHints, Volume, VolumeEntry } from '#ports/recorder-driver';
import type { SlotBoard } from '#ports/slot-board';

const SAMPLE_MAX = 500;

/** A recorder that was recognised and is on record: what intake starts from. */
export interface Docked {
  readonly docking: Docking;
  readonly driver: RecorderDriver;
  readonly volume: Volume;
}

interface Options {
  readonly ledger: Ledger;
  readonly board: SlotBoard;
  readonly clock: Clock;
  readonly log: Log;
  readonly faults: FaultPoints;
  readonly stationId: string;
  readonly timezone: string;
  readonly drivers: readonly RecorderDriver[];
  readonly fallback: RecorderDriver;
}

/** Recognises what has arrived and opens its docking; closes it when it is gone. */
export class DockStage {
  readonly #o: Options;

  constructor(options: Options) {
    this.#o = options;
  }

  /** Write 1. Throws recorder.* if the volume cannot even be listed. */
  async arrive(arrival: Arrival): Promise<Docked> {
    const { ledger, clock, board, faults } = this.#o;
    const sample = await sampleOf(arrival.volume);
    const hints: RecorderHints = {
      vendorId: arrival.vendorId,
      productId: arrival.productId,
      serial: arrival.serial,
      label: arrival.volume.label,
      manufacturer: arrival.manufacturer,
      product: arrival.product,
    };
    const { driver, score, why } = this.#recognise(sample, hints);
    const reasons = [...why];
    const serial = await this.#serial(arrival, driver, sample, reasons);
    const clockOffsetMs = arrival.clockOffsetMs ?? (await readable('the clock', reasons, () => this.#clockOffset(driver, arrival.volume)));
    const nowMs = clock.nowMs();
    const open = await ledger.dockings({ openOnly: true, limit: 1000 });
    const twin = open.find((other) => other.recorderSerial === serial);
    if (twin) reasons.push(`a recorder with this serial is docked in slot ${twin.slot} as well`);

    const id = newId('dck', nowMs, this.#o.stationId);
    await ledger.transaction(async (writer) => {
      const slot = arrival.slot ?? (await slotFor(writer, arrival.port));
      await writer.insertDocking({
        id,
        slot,
        port: arrival.port,
        recorderSerial: serial,
        vendorId: arrival.vendorId,
        productId: arrival.productId,
        driverId: driver.id,
        driverScore: score,
        driverWhy: reasons,
        clockOffsetMs,
        arrivedAtMs: nowMs,
      });
      const known = await writer.recorder(serial);
      await writer.upsertRecorder({
        serial,
        model: known?.model ?? null,
        driverId: driver.id,
        assignedOfficerId: known?.assignedOfficerId ?? null,
        firstSeenAtMs: known?.firstSeenAtMs ?? nowMs,
        lastSeenAtMs: nowMs,
      });
      const data = { slot, port: arrival.port, recorder: serial, driver: driver.id, score, why: reasons, clockOffsetMs };
      await writer.appendCustody({ type: 'docking.arrived', atMs: nowMs, actor: 'station', subject: id, data });
    });
    faults.reached('w01-docking-recorded');

    const docking = await ledger.docking(id);
    if (!docking) throw new Error(`docking ${id} is not in the ledger after its own transaction`);
    board.update(docking.slot, {
      port: docking.port,
      dockingId: id,
      recorderSerial: serial,
      driverId: driver.id,
      officerId: (await ledger.recorder(serial))?.assignedOfficerId ?? null,
      phase: 'arrived',
      filesListed: 0,
      filesSealed: 0,
      filesRefused: 0,
      bytesListed: 0,
      bytesCopied: 0,
      bytesPerSecond: 0,
      secondsLeft: null,
      problem: null,
    });
    recorderArrived(this.#o.log, { dockingId: id, slot: docking.slot, driverId: driver.id, score });
    return { docking, driver, volume: arrival.volume };
  }

  #recognise(sample: readonly VolumeEntry[], hints: RecorderHints) {
    const candidates = this.#o.drivers.map((driver) => ({ id: driver.id, ...driver.match(sample, hints) }));
    const choice = chooseDriver(candidates, this.#o.fallback.id);
    const driver = this.#o.drivers.find((each) => each.id === choice.id) ?? this.#o.fallback;
    return { driver, score: choice.score, why: choice.why };
  }

  async #serial(arrival: Arrival, driver: RecorderDriver, sample: readonly VolumeEntry[], reasons: string[]): Promise<string> {
    if (arrival.serial) return arrival.serial;
    const own = await readable('the serial', reasons, async () => (await driver.identify?.(arrival.volume, sample)) ?? null);
    if (own) return own;
    reasons.push('the card tells no serial: the recorder is known by its place; give it one with --serial or a fixed slot');
    return `place:${arrival.volume.label ?? arrival.port}`;
  }

  async #clockOffset(driver: RecorderDriver, volume: Volume): Promise<number | null> {
    const claimed = await driver.readClock?.(volume);
    if (!claimed) return null;
    const ms = claimedToMs(claimed, this.#o.timezone);
    return Number.isFinite(ms) ? this.#o.clock.nowMs() - ms : null;
  }

  /** Write 15. `dockingId` must be one that `arrive` made. */
  async leave(dockingId: string): Promise<void> {
    const { ledger, clock, board, faults, log } = this.#o;
    const docking = await ledger.docking(dockingId);
    if (!docking || docking.removedAtMs !== null) return;
    const progress = await ledger.dockingProgress(dockingId);
    const nowMs = clock.nowMs();
    const safe = docking.safeAtMs !== null;
    const left = progress.listed;
    await ledger.transaction(async (writer) => {
      const problem = safe ? null : ({ code: 'recorder.removed', detail: `${left} files are still on the recorder` } as const);
      await writer.updateDocking(dockingId, { state: 'removed', removedAtMs: nowMs, problem });
      const data = { slot: docking.slot, safe, filesLeft: left, listingFinished: docking.listedAtMs !== null };
      await writer.appendCustody({ type: 'docking.removed', atMs: nowMs, actor: 'station', subject: dockingId, data });
    });
    faults.reached('w15-removal-recorded');
    board.update(docking.slot, {
      phase: 'removed',
      bytesPerSecond: 0,
      secondsLeft: null,
      problem: safe ? null : { code: 'recorder.removed', detail: `${left} files are still on the recorder` },
    });
    recorderRemoved(log, { dockingId, slot: docking.slot, safe, filesLeft: left });
  }
}

/** What a file on the card would have told, or null: a bad sector in it must not keep the rest of the card from being taken. */
async function readable<T>(what: string, reasons: string[], read: () => Promise<T | null>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof EvidockError) || error.side !== 'recorder' || error.code === 'recorder.removed') throw error;
    reasons.push(`${what} could not be read from the card (${error.detail})`);
    return null;
  }
}

async function sampleOf(volume: Volume): Promise<VolumeEntry[]> {
  const sample: VolumeEntry[] = [];
  for await (const item of volume.list()) {
    if ('code' in item) continue;
    sample.push(item);
    if (sample.length >= SAMPLE_MAX) break;
  }
  return sample;
}

/** The number of a port that has none yet is the next free one. */
async function slotFor(writer: LedgerWriter, port: string): Promise<number> {
  const known = await writer.slotOf(port);
  if (known !== null) return known;
  const taken = new Set((await writer.slots()).map((entry) => entry.slot));
  let slot = 1;
  while (taken.has(slot)) slot += 1;
  await writer.assignSlot(port, slot);
  return slot;
}
