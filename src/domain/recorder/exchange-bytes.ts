import { EvidockError } from '#domain/errors';
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
  if (secret === null || secret === '') throw new EvidockError('recorder.locked', `the station has no secret ${part.secret}`);
  if (!/^[\x20-\x7e]*$/.test(secret)) throw new EvidockError('recorder.locked', `the secret ${part.secret} has characters beyond ASCII`);
  if (secret.length > part.bytes)
    throw new EvidockError(
      'recorder.locked',
      `the secret ${part.secret} is longer than the ${part.bytes} characters that this family takes`,
    );
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
): { readonly captured: Record<string, string> } | { readonly refused: string } | null {
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

/** Checks the ids and every exchange of a profile. Throws config.invalid: a driver that breaks a bound is not used. */
export function checkProfile(profile: UsbProfile): void {
  for (const id of [profile.vendorId, profile.productId ?? '0000']) {
    if (!/^[0-9a-f]{4}$/.test(id)) throw invalid(`${id} is not an id of 4 lower-case hexadecimal digits`);
  }
  for (const exchange of [profile.identify, profile.readClock, profile.setClock, profile.unlock]) if (exchange) checkExchange(exchange);
  if (profile.readClock && !captures(profile.readClock).includes('time')) throw invalid('readClock captures no time');
  if (profile.identify && captures(profile.identify).length === 0) throw invalid('identify captures nothing');
}

/** Checks the bounds of an exchange: steps, packets, time-out, hexadecimal digits, addresses. Throws config.invalid, naming the step. */
export function checkExchange(exchange: Exchange): void {
  const { interfaceNumber, timeoutMs, steps } = exchange;
  if (!within(interfaceNumber, 0, 255)) throw invalid(`interface ${interfaceNumber} is not one of 0 to 255`);
  if (!within(timeoutMs, 1, TIMEOUT_MS_MAX)) throw invalid(`a time-out of ${timeoutMs} ms is not within 1 to ${TIMEOUT_MS_MAX}`);
  if (!within(steps.length, 1, STEPS_MAX)) throw invalid(`${steps.length} steps; 1 to ${STEPS_MAX} are allowed`);
  for (const step of steps) checkStep(step);
}

function checkStep({ what, send, receive }: ExchangeStep): void {
  const sent = send.parts.reduce((sum, part) => sum + sendBytes(part, what), 0);
  const padded = Math.max(sent, send.padTo ?? 0);
  if (!within(padded, 0, PACKET_BYTES_MAX)) throw invalid(`${what}: sends ${padded} bytes; at most ${PACKET_BYTES_MAX} are allowed`);
  if (send.padTo !== undefined && sent > send.padTo) throw invalid(`${what}: ${sent} bytes do not fit into ${send.padTo}`);
  checkEnd(what, send.to);
  if (!receive) return;
  checkEnd(what, receive.from);
  if (!within(receive.bytes, 1, PACKET_BYTES_MAX))
    throw invalid(`${what}: receives ${receive.bytes} bytes; 1 to ${PACKET_BYTES_MAX} are allowed`);
  for (const parts of [receive.expect, ...(receive.refusals ?? []).map((refusal) => refusal.parts)]) {
    const asked = parts.reduce((sum, part) => sum + answerBytes(part, what), 0);
    if (asked > receive.bytes) throw invalid(`${what}: looks at ${asked} bytes of an answer of ${receive.bytes}`);
  }
}

function checkEnd(what: string, end: ExchangeStep['send']['to']): void {
  if ('bulk' in end) {
    if (!within(end.bulk, 1, 15)) throw invalid(`${what}: endpoint ${end.bulk} is not one of 1 to 15`);
    return;
  }
  const { request, value, index } = end.control;
  if (!within(request, 0, 0xff) || !within(value, 0, 0xffff) || !within(index, 0, 0xffff))
    throw invalid(`${what}: control request ${request}, value ${value} or index ${index} is out of range`);
}

function sendBytes(part: SendPart, what: string): number {
  if ('hex' in part) return hexBytes(part.hex, what);
  if ('time' in part) return 14;
  // The name of a secret is a file name in the secrets directory.
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(part.secret)) throw invalid(`${what}: a secret's name is made of a to z, 0 to 9 and -`);
  if (!within(part.bytes, 1, SECRET_BYTES_MAX)) throw invalid(`${what}: a secret has 1 to ${SECRET_BYTES_MAX} bytes`);
  return part.bytes;
}

function answerBytes(part: AnswerPart, what: string): number {
  if ('hex' in part) return hexBytes(part.hex, what);
  const bytes = partBytes(part);
  if (!within(bytes, 1, PACKET_BYTES_MAX)) throw invalid(`${what}: a part of ${bytes} bytes`);
  return bytes;
}

function hexBytes(hex: string, what: string): number {
  if (!/^(?:[0-9a-f]{2})+$/i.test(hex)) throw invalid(`${what}: ${hex} is not pairs of hexadecimal digits`);
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

function invalid(detail: string): EvidockError {
  return new EvidockError('config.invalid', `USB exchange: ${detail}`);
}
