import { EvidockError, isFailure, said } from '#domain/errors';
import { because, type Reason } from '#domain/reason';
import type { Exchange, UsbProfile } from '#domain/recorder/exchange';
import { chargeOf, clockOf, judgeAnswer, type PacketSources, renderPacket } from '#domain/recorder/exchange-bytes';
import { claimedToMs, msToClaimed } from '#domain/time/station-time';
import type { ClockSetting, DockHandler } from '#ports/dock';
import type { BusAddress, UsbBus, UsbTalk } from './usb-bus.ts';

/** What a recorder told over a vendor's interface, before it was a disk. */
export interface Introduction {
  readonly serial: string | null;
  readonly clockOffsetMs: number | null;
  /** Charge in percent; null: it was not asked, or did not say. */
  readonly batteryPercent: number | null;
  /** null: the clock was not set, or the recorder did not say so. */
  readonly clockSet: ClockSetting | null;
  readonly unlocked: boolean;
  readonly facts: readonly Reason[];
}

export interface IntroduceOptions {
  readonly bus: UsbBus;
  readonly setClock: boolean;
  readonly timezone: string;
  nowMs(): number;
  /** A named secret of the station; null if there is none. Its value goes to the device and nowhere else. */
  secret(name: string): Promise<string | null>;
}

/** One device in its port. */
interface Visit {
  readonly port: string;
  /** The serial in its USB descriptors; null if it has none, or one that is the same on every device. */
  readonly usbSerial: string | null;
  readonly unlock: boolean;
  readonly signal: AbortSignal;
  readonly record: Pick<DockHandler, 'settingClock' | 'clockSettled'>;
}

/** A clock that is off by less is not set: the reading itself is no more exact. */
const CLOCK_OFF_MS = 1000;

/**
 * Carries out what a profile declares: who it is, its charge, its clock, setting it, unlocking. Throws recorder.locked with the reason if it does not answer,
 * or does not unlock. That it refuses to tell its number, charge or clock is a fact, not a failure.
 */
export async function introduce(device: BusAddress, profile: UsbProfile, options: IntroduceOptions & Visit): Promise<Introduction> {
  const facts: Reason[] = [];
  const run = (exchange: Exchange, sending?: () => void) => runExchange(device, exchange, options, options.signal, sending);
  const told = profile.identify ? await orFact(() => run(profile.identify as Exchange), 'tells-not-who', facts) : null;
  const charge = profile.readBattery ? await orFact(() => run(profile.readBattery as Exchange), 'tells-no-battery', facts) : null;
  const batteryPercent = charge?.['battery'] === undefined ? null : chargeOf(charge['battery']);
  let clockOffsetMs: number | null = null;
  let clockSet: ClockSetting | null = null;
  if (profile.readClock) {
    const exchange = profile.readClock;
    const askedMs = options.nowMs();
    const answer = await orFact(() => run(exchange), 'tells-no-clock', facts);
    clockOffsetMs = offsetOf(answer?.['time'], (askedMs + options.nowMs()) / 2, options.timezone);
  }
  if (profile.setClock && options.setClock && clockOffsetMs !== null && Math.abs(clockOffsetMs) > CLOCK_OFF_MS) {
    const exchange = profile.setClock;
    const setting = { port: options.port, serial: told?.['serial'] ?? options.usbSerial, offsetMs: clockOffsetMs, atMs: options.nowMs() };
    clockSet = await setOnRecord(setting, options.record, facts, (sending) => run(exchange, sending));
  }
  if (profile.unlock && options.unlock) await run(profile.unlock);
  for (const name of ['model', 'serial', 'officer'] as const) if (told?.[name]) facts.push(because(`says-${name}`, { value: told[name] }));
  if (batteryPercent !== null) facts.push(because('says-battery', { percent: batteryPercent }));
  if (clockOffsetMs !== null)
    facts.push(because(clockOffsetMs < 0 ? 'clock-was-fast' : 'clock-was-slow', { seconds: Math.round(Math.abs(clockOffsetMs) / 1000) }));
  if (clockSet) facts.push(because('clock-set-by-command', {}));
  if (profile.unlock && options.unlock) facts.push(because('unlocked-by-command', {}));
  return { serial: told?.['serial'] ?? null, clockOffsetMs, batteryPercent, clockSet, unlocked: options.unlock, facts };
}

/**
 * Sets the clock by calling `send`. That this will happen is put on record first, and what came of it right after. Returns null if the
 * clock is not set. A setting that cannot be put on record is not made; the recorder is taken in all the same, because its files matter
 * more.
 */
async function setOnRecord(
  setting: ClockSetting,
  record: Visit['record'],
  facts: Reason[],
  send: (sending: () => void) => Promise<unknown>,
): Promise<ClockSetting | null> {
  try {
    await record.settingClock(setting);
  } catch (error) {
    facts.push(because('clock-not-on-record', { why: said(error) }));
    return null;
  }
  let sent = false;
  try {
    await send(() => {
      sent = true;
    });
  } catch (error) {
    const refused = error instanceof Refused;
    const why = said(error);
    await record.clockSettled(setting, { set: sent && !refused ? 'unknown' : 'no', why });
    if (!refused) throw error;
    facts.push(because('clock-cannot-be-set', { why }));
    return null;
  }
  await record.clockSettled(setting, { set: 'yes' });
  return setting;
}

/** What the steps of one exchange captured. `sending` is called before each packet that tells the recorder a time. */
async function runExchange(
  device: BusAddress,
  exchange: Exchange,
  options: IntroduceOptions,
  signal: AbortSignal,
  sending: () => void = () => undefined,
): Promise<Record<string, string>> {
  const secrets = await secretsOf(exchange, options);
  return options.bus.talk(device, exchange.interfaceNumber, async (talk) => {
    const captured: Record<string, string> = {};
    for (const step of exchange.steps) {
      signal.throwIfAborted();
      const nowClaimed = msToClaimed(options.nowMs(), options.timezone) ?? '';
      Object.assign(
        captured,
        await runStep(talk, step, exchange.timeoutMs, { secret: (name) => secrets.get(name) ?? null, nowClaimed }, sending),
      );
    }
    return captured;
  });
}

async function runStep(
  talk: UsbTalk,
  { what, send, receive }: Exchange['steps'][number],
  timeoutMs: number,
  sources: PacketSources,
  sending: () => void,
): Promise<Record<string, string>> {
  try {
    const packet = renderPacket(send.parts, sources, send.padTo);
    if (send.parts.some((part) => 'time' in part)) sending();
    await talk.send(send.to, packet, timeoutMs);
    if (!receive) return {};
    const verdict = judgeAnswer(receive, await talk.receive(receive.from, receive.bytes, timeoutMs));
    if (!verdict) throw new Garbled(because('answer-unknown', {}));
    if ('refused' in verdict) throw new Refused(verdict.refused);
    return verdict.captured;
  } catch (error) {
    if (isFailure(error, 'recorder.locked')) {
      const reason = because('in-step', { step: what, why: error.reason });
      if (error instanceof Refused) throw new Refused(reason);
      throw error instanceof Garbled ? new Garbled(reason) : new EvidockError('recorder.locked', reason, error);
    }
    throw error;
  }
}

/** The recorder answered, and its answer is no. */
class Refused extends EvidockError {
  constructor(reason: Reason) {
    super('recorder.locked', reason);
  }
}

/** The recorder answered, and its answer is neither yes nor no. */
class Garbled extends EvidockError {
  constructor(reason: Reason) {
    super('recorder.locked', reason);
  }
}

async function orFact<T>(
  work: () => Promise<T>,
  code: 'tells-not-who' | 'tells-no-battery' | 'tells-no-clock',
  facts: Reason[],
): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    // A device whose words about itself cannot be read is not sent a password. Its charge has nothing to do with that.
    const passes = error instanceof Refused || (code === 'tells-no-battery' && error instanceof Garbled);
    if (!passes) throw error;
    facts.push(because(code, { why: error.reason }));
    return null;
  }
}

async function secretsOf(exchange: Exchange, options: IntroduceOptions): Promise<ReadonlyMap<string, string>> {
  const secrets = new Map<string, string>();
  for (const part of exchange.steps.flatMap((step) => step.send.parts)) {
    if (!('secret' in part)) continue;
    const value = await options.secret(part.secret);
    if (value !== null) secrets.set(part.secret, value);
  }
  return secrets;
}

function offsetOf(digits: string | undefined, stationMs: number, timezone: string): number | null {
  const claimed = digits === undefined ? null : clockOf(digits);
  if (claimed === null) return null;
  const recorderMs = claimedToMs(claimed, timezone);
  return Number.isFinite(recorderMs) ? Math.round(stationMs - recorderMs) : null;
}
