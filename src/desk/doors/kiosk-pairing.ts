import { randomBytes } from 'node:crypto';
import type { DeskFacts } from '#desk/facts';
import { digestOf } from '#desk/worker-admission';
import type { Actor } from '#domain/custody/actor';
import { KioskCodeMade, KioskCodeRefused, KioskPaired, KioskRevoked } from '#domain/custody/door-entries';
import { subject } from '#domain/custody/subject';
import { CODE_LENGTH, KIOSK_SLOTS_MAX, type Kiosk, normalCode, pairingCode } from '#domain/doors/kiosk';
import { EvidockError } from '#domain/errors';
import { newId } from '#domain/ids';
import { because } from '#domain/reason';
import type { Clock } from '#ports/clock';
import type { Ledger, LedgerReader } from '#ports/ledger';

const SECRET_BYTES = 32;
const SECRET = /^[A-Za-z0-9_-]{43}$/;
/** Codes that are open at one time. */
const CODES_MAX = 20;
/** Wrong tries of one address, after which it has to wait for as long as a code lives. */
const TRIES_OF_ADDRESS_MAX = 5;
/** Wrong tries of all addresses together, after which every open code is void. A code has 40 random bits. */
const TRIES_MAX = 100;
const ADDRESSES_MAX = 1000;

export interface KioskDeps {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly facts: Pick<DeskFacts, 'stationId'>;
}

interface Offer {
  readonly id: string;
  readonly name: string;
  readonly slots: readonly number[];
  /** By the clock that does not jump. */
  readonly endsMs: number;
}

/** Codes with which one browser each may be paired. They are kept in memory: after a restart somebody asks for another one. */
export class PairingCodes {
  readonly #monotonicMs: () => number;
  /** By digest of the code. */
  readonly #offers = new Map<string, Offer>();
  readonly #tries = new Map<string, { failures: number; untilMs: number }>();
  #failures = 0;

  constructor({ monotonicMs }: { readonly monotonicMs: () => number }) {
    this.#monotonicMs = monotonicMs;
  }

  /** Returns the code. Throws request.too-many. */
  offer(kiosk: Omit<Offer, 'endsMs'>, livesMs: number): string {
    this.#sweep();
    if (this.#offers.size >= CODES_MAX) throw new EvidockError('request.too-many', because('codes-many', { limit: CODES_MAX }));
    const code = pairingCode(randomBytes(CODE_LENGTH));
    if (this.#offers.size === 0) this.#failures = 0;
    this.#offers.set(digestOf(normalCode(code) ?? ''), { ...kiosk, endsMs: this.#monotonicMs() + livesMs });
    return code;
  }

  withdraw(id: string): void {
    for (const [key, offer] of this.#offers) if (offer.id === id) this.#offers.delete(key);
  }

  /** Whether this address may try. Throws sign-in.locked. */
  demandOpen(address: string): void {
    const tried = this.#tries.get(address);
    const leftMs = (tried?.untilMs ?? 0) - this.#monotonicMs();
    if (!tried || tried.failures < TRIES_OF_ADDRESS_MAX || leftMs <= 0) return;
    throw new EvidockError('sign-in.locked', because('try-again-in', { seconds: Math.ceil(leftMs / 1000) }));
  }

  /** Takes the offer of a code: it is good once. `open`: whether any code could have been meant. */
  take(typed: string, address: string, livesMs: number): { readonly offer: Offer | null; readonly open: boolean } {
    this.#sweep();
    const open = this.#offers.size > 0;
    const code = normalCode(typed);
    const key = code === null ? '' : digestOf(code);
    const offer = this.#offers.get(key) ?? null;
    if (offer) {
      this.#offers.delete(key);
      this.#tries.delete(address);
    } else this.#failed(address, livesMs);
    return { offer, open };
  }

  #failed(address: string, livesMs: number): void {
    const now = this.#monotonicMs();
    const before = this.#tries.get(address);
    const failures = before && before.untilMs > now ? before.failures + 1 : 1;
    this.#tries.delete(address);
    this.#tries.set(address, { failures, untilMs: now + livesMs });
    const [oldest] = this.#tries.keys();
    if (this.#tries.size > ADDRESSES_MAX && oldest !== undefined) this.#tries.delete(oldest);
    this.#failures += 1;
    if (this.#failures >= TRIES_MAX) this.#offers.clear();
  }

  #sweep(): void {
    const now = this.#monotonicMs();
    for (const [key, { endsMs }] of this.#offers) if (endsMs <= now) this.#offers.delete(key);
  }
}

interface CodeAsked {
  readonly name: string;
  readonly slots: readonly number[];
  readonly minutes: number;
  readonly actor: Actor;
}

/** Makes a code for a new kiosk. Throws request.invalid, request.too-many. */
export async function offerKiosk(
  deps: KioskDeps,
  codes: PairingCodes,
  { name, slots, minutes, actor }: CodeAsked,
): Promise<{ id: string; code: string; untilMs: number }> {
  const shown = [...new Set(slots)].toSorted((a, b) => a - b);
  if (shown.length > KIOSK_SLOTS_MAX) throw new EvidockError('request.invalid', because('kiosk-slots', { limit: KIOSK_SLOTS_MAX }));
  const atMs = deps.clock.nowMs();
  const livesMs = minutes * 60_000;
  const id = newId('ksk', atMs, deps.facts.stationId);
  const code = codes.offer({ id, name, slots: shown }, livesMs);
  const untilMs = atMs + livesMs;
  try {
    await deps.ledger.transaction(async (writer) => {
      const data = { name, slots: shown, until: new Date(untilMs).toISOString() };
      await writer.custody.append(KioskCodeMade.make({ atMs, actor, subject: subject('kiosk', id), data }));
    });
  } catch (error) {
    // A code that is not on record is good for nothing.
    codes.withdraw(id);
    throw error;
  }
  return { id, code, untilMs };
}

/**
 * Trades a code for the secret of a kiosk's cookie. Wrong, used and old codes are answered alike. Throws sign-in.wrong, sign-in.locked.
 */
export async function pairKiosk(
  deps: KioskDeps,
  codes: PairingCodes,
  { code, address, minutes }: { code: string; address: string | null; minutes: number },
): Promise<{ kiosk: Kiosk; secret: string }> {
  const from = address ?? 'none';
  codes.demandOpen(from);
  const { offer, open } = codes.take(code, from, minutes * 60_000);
  const atMs = deps.clock.nowMs();
  const nobody: Actor = { kind: 'nobody', id: null, via: 'network', session: null };
  if (!offer) {
    const about = subject('station', deps.facts.stationId);
    // Tries while no code is open can hit nothing. They leave no entry, so that nobody fills the log with them.
    if (open)
      await deps.ledger.transaction((writer) =>
        writer.custody.append(KioskCodeRefused.make({ atMs, actor: nobody, subject: about, data: { address: from } })),
      );
    throw new EvidockError('sign-in.wrong', because('code-of-no-kiosk', {}));
  }
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  const { id, name, slots } = offer;
  const kiosk: Kiosk = { id, name, slots, secretSha256: digestOf(secret), pairedAtMs: atMs, lastSeenAtMs: null, revokedAtMs: null };
  await deps.ledger.transaction(async (writer) => {
    await writer.doors.insertKiosk(kiosk);
    const data = { name, slots: [...slots], secretSha256: kiosk.secretSha256 };
    await writer.custody.append(KioskPaired.make({ atMs, actor: nobody, subject: subject('kiosk', id), data }));
  });
  return { kiosk, secret };
}

/** Throws request.not-found. */
export async function revokeKiosk(deps: KioskDeps, { id, actor }: { id: string; actor: Actor }): Promise<Kiosk> {
  return deps.ledger.transaction(async (writer) => {
    const kiosk = await writer.doors.kiosk(id);
    if (!kiosk || kiosk.revokedAtMs !== null) throw new EvidockError('request.not-found', because('no-kiosk', { kiosk: id }));
    const atMs = deps.clock.nowMs();
    await writer.doors.revokeKiosk(id, atMs);
    await writer.custody.append(KioskRevoked.make({ atMs, actor, subject: subject('kiosk', id), data: { name: kiosk.name } }));
    return { ...kiosk, revokedAtMs: atMs };
  });
}

/** The kiosk of a cookie; null: it is paired no more, or never was. */
export async function kioskOfSecret({ ledger }: { readonly ledger: LedgerReader }, secret: string): Promise<Kiosk | null> {
  if (!SECRET.test(secret)) return null;
  const kiosk = await ledger.doors.kioskBySecret(digestOf(secret));
  return kiosk?.revokedAtMs === null ? kiosk : null;
}
