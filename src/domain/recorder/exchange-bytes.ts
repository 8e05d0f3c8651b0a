import { EvidockError } from '#domain/errors';
import { because, type Reason } from '#domain/reason';
import type { AnswerPart, Exchange, ExchangeStep, SendPart, UsbProfile } from './exchange.ts';

/*
 * Data of exchange.ts to bytes and back. Pure, so that a driver can be proven without a device; the USB dock only moves the bytes.
 */

const STEPS_MAX = 16;
const PACKET_BYTES_MAX = 4096;
const TIMEOUT_MS_MAX = 60_000;
const SECRET_BYTES_MAX = 64;

/** Sources of those bytes of a packet that the driver cannot know. */
export interface PacketSources {
  /** null: the station has no secret of this name. */
  secret(name: string): string | null;
  /** The station's wall clock, `2019-06-27T15:30:12`. */
  readonly nowClaimed: string;
}

/**
 * The bytes of one packet. Throws recorder.locked, naming the secret but never telling it, if it is missing or is not what the recorder
 * can take: half a password is a wrong one, and some recorders count those.
 */
export function renderPacket(parts: readonly SendPart[], sources: PacketSources, padTo = 0): Uint8Array {
  const bytes = parts.flatMap((part) => renderPart(part, sources));
  while (bytes.length < padTo) bytes.push(0);
  return Uint8Array.from(bytes);
}

function renderPart(part: SendPart, sources: PacketSources): number[] {
  if ('hex' in part) return fromHex(part.hex);
  if ('time' in part) return ascii(sources.nowClaimed.replace(/\D/g, '').slice(0, 14));
  const secret = sources.secret(part.secret);
  if (secret === null || secret === '') throw new EvidockError('recorder.locked', because('secret-missing', { name: part.secret }));
  if (!/^[\x20-\x7e]*$/.test(secret)) throw new EvidockError('recorder.locked', because('secret-not-ascii', { name: part.secret }));
  if (secret.length > part.bytes)
    throw new EvidockError('recorder.locked', because('secret-long', { name: part.secret, limit: part.bytes }));
  return [...ascii(secret), ...new Array<number>(part.bytes - secret.length).fill(0)];
}

/**
 * What an answer tells, by name; null if it does not look as expected: other bytes, too short, or a text that is not printable ASCII.
 * A text of nothing but zeros and spaces is left out: the recorder has not been told it yet. Never throws.
 */
export function readAnswer(parts: readonly AnswerPart[], bytes: Uint8Array): Record<string, string> | null {
  const found: Record<string, string> = {};
  let at = 0;
  for (const part of parts) {
    const here = bytes.subarray(at, at + partBytes(part));
    if (here.length < partBytes(part)) return null;
    at += partBytes(part);
    if ('hex' in part && !fromHex(part.hex).every((byte, place) => here[place] === byte)) return null;
    if ('capture' in part) {
      const text = String.fromCharCode(...here).replace(/[\0 ]+$/, '');
      if (!/^[\x20-\x7e]*$/.test(text)) return null;
      if (text !== '') found[part.capture] = text;
    }
  }
  return found;
}

/** What a step's answer means: what it captured, or why the recorder refused; null if it is neither. Never throws. */
export function judgeAnswer(
  receive: NonNullable<ExchangeStep['receive']>,
  bytes: Uint8Array,
): { readonly captured: Record<string, string> } | { readonly refused: Reason } | null {
  const refusal = receive.refusals?.find(({ parts }) => readAnswer(parts, bytes));
  if (refusal) return { refused: refusal.why };
  const captured = readAnswer(receive.expect, bytes);
  return captured && { captured };
}

/** `2019-06-27T15:30:12` from the 14 digits of a recorder's clock; null if they are no moment of the calendar. */
export function clockOf(digits: string): string | null {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(digits);
  if (!parts) return null;
  const text = `${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}:${parts[5]}:${parts[6]}`;
  const ms = Date.parse(`${text}Z`);
  // Date.parse rolls 31 February over into March: what comes back must be what went in.
  return Number.isFinite(ms) && new Date(ms).toISOString().startsWith(text) ? text : null;
}

/** 0 to 100 from the digits of a recorder's charge; null if they are none. */
export function chargeOf(digits: string): number | null {
  const percent = /^\d{1,3}$/.test(digits) ? Number(digits) : Number.NaN;
  return percent <= 100 ? percent : null;
}

/** Checks the ids and every exchange of a profile. Throws config.invalid: a driver that breaks a bound is not used. */
export function checkProfile(profile: UsbProfile): void {
  for (const id of [profile.vendorId, profile.productId ?? '0000']) {
    if (!/^[0-9a-f]{4}$/.test(id)) throw invalid(because('id-digits', { id }));
  }
  for (const exchange of exchangesOf(profile)) checkExchange(exchange);
  if (profile.readBattery && !captures(profile.readBattery).includes('battery')) throw invalid(because('battery-captures-none', {}));
  if (profile.readClock && !captures(profile.readClock).includes('time')) throw invalid(because('clock-captures-none', {}));
  if (profile.identify && captures(profile.identify).length === 0) throw invalid(because('identify-captures-none', {}));
}

/** All that a profile declares, in the order in which they are carried out. */
export function exchangesOf({ identify, readBattery, readClock, setClock, unlock }: UsbProfile): readonly Exchange[] {
  return [identify, readBattery, readClock, setClock, unlock].filter((exchange) => exchange !== undefined);
}

/** Checks the bounds of an exchange: steps, packets, time-out, hexadecimal digits, addresses. Throws config.invalid, naming the step. */
export function checkExchange(exchange: Exchange): void {
  const { interfaceNumber, timeoutMs, steps } = exchange;
  if (!within(interfaceNumber, 0, 255)) throw invalid(because('interface-range', { value: interfaceNumber }));
  if (!within(timeoutMs, 1, TIMEOUT_MS_MAX)) throw invalid(because('timeout-range', { ms: timeoutMs, limit: TIMEOUT_MS_MAX }));
  if (!within(steps.length, 1, STEPS_MAX)) throw invalid(because('steps-range', { count: steps.length, limit: STEPS_MAX }));
  for (const step of steps) checkStep(step);
}

function checkStep({ what, send, receive }: ExchangeStep): void {
  const sent = send.parts.reduce((sum, part) => sum + sendBytes(part, what), 0);
  const padded = Math.max(sent, send.padTo ?? 0);
  if (!within(padded, 0, PACKET_BYTES_MAX)) throw invalid(because('sends-range', { step: what, bytes: padded, limit: PACKET_BYTES_MAX }));
  if (send.padTo !== undefined && sent > send.padTo) throw invalid(because('does-not-fit', { step: what, bytes: sent, limit: send.padTo }));
  checkEnd(what, send.to);
  if (!receive) return;
  checkEnd(what, receive.from);
  if (!within(receive.bytes, 1, PACKET_BYTES_MAX))
    throw invalid(because('receives-range', { step: what, bytes: receive.bytes, limit: PACKET_BYTES_MAX }));
  for (const parts of [receive.expect, ...(receive.refusals ?? []).map((refusal) => refusal.parts)]) {
    const asked = parts.reduce((sum, part) => sum + answerBytes(part, what), 0);
    if (asked > receive.bytes) throw invalid(because('looks-beyond', { step: what, found: asked, bytes: receive.bytes }));
  }
}

function checkEnd(what: Reason, end: ExchangeStep['send']['to']): void {
  if ('bulk' in end) {
    if (!within(end.bulk, 1, 15)) throw invalid(because('endpoint-range', { step: what, value: end.bulk }));
    return;
  }
  const { request, value, index } = end.control;
  if (!within(request, 0, 0xff) || !within(value, 0, 0xffff) || !within(index, 0, 0xffff))
    throw invalid(because('control-range', { step: what, request, value, index }));
}

function sendBytes(part: SendPart, what: Reason): number {
  if ('hex' in part) return hexBytes(part.hex, what);
  if ('time' in part) return 14;
  // The name of a secret is a file name in the secrets directory.
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(part.secret)) throw invalid(because('secret-name', { step: what }));
  if (!within(part.bytes, 1, SECRET_BYTES_MAX)) throw invalid(because('secret-range', { step: what, limit: SECRET_BYTES_MAX }));
  return part.bytes;
}

function answerBytes(part: AnswerPart, what: Reason): number {
  if ('hex' in part) return hexBytes(part.hex, what);
  const bytes = partBytes(part);
  if (!within(bytes, 1, PACKET_BYTES_MAX)) throw invalid(because('part-of-bytes', { step: what, bytes }));
  return bytes;
}

function hexBytes(hex: string, what: Reason): number {
  if (!/^(?:[0-9a-f]{2})+$/i.test(hex)) throw invalid(because('not-hex', { step: what, hex }));
  return hex.length / 2;
}

function partBytes(part: AnswerPart): number {
  if ('hex' in part) return hexLength(part.hex);
  return 'skip' in part ? part.skip : part.bytes;
}

function captures(exchange: Exchange): string[] {
  return exchange.steps.flatMap((step) => (step.receive?.expect ?? []).flatMap((part) => ('capture' in part ? [part.capture] : [])));
}

function hexLength(hex: string): number {
  return Math.floor(hex.length / 2);
}

function fromHex(hex: string): number[] {
  return Array.from({ length: hexLength(hex) }, (_, place) => Number.parseInt(hex.slice(place * 2, place * 2 + 2), 16));
}

function ascii(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}

function within(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}

function invalid(why: Reason): EvidockError {
  return new EvidockError('config.invalid', because('usb-exchange', { why }));
}
