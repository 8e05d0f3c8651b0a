/*
 * Goal: a browser becomes a kiosk by one code that somebody asked for, once, within minutes, and not by guessing.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EvidockError } from '#domain/errors';
import { about, cli } from '#test/support/custody';
import { type ServedStation, servedStation } from '#test/support/served-station';
import { kioskOfSecret, offerKiosk, PairingCodes, pairKiosk, revokeKiosk } from './kiosk-pairing.ts';

const MINUTES = 10;
const by = cli('root');
let station: ServedStation;
let ms: number;
let codes: PairingCodes;

beforeAll(async () => {
  station = await servedStation();
});
afterAll(() => station.close());
beforeEach(() => {
  ms = 0;
  codes = new PairingCodes({ monotonicMs: () => ms });
});

const offer = (name = 'Hall', slots = [2, 1, 2]) => offerKiosk(station.deps, codes, { name, slots, minutes: MINUTES, actor: by });
const pair = (code: string, address = '10.0.0.1') => pairKiosk(station.deps, codes, { code, address, minutes: MINUTES });

async function refusal(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => expect.fail('was not refused'),
    ({ code }: EvidockError) => code,
  );
}

const WRONG = '0000-0000';
const types = async (subject: string) => (await station.ledger.custody.of(about(subject))).map(({ type }) => type);

it('is paired by its code, once; its cookie is found by its digest, until it is revoked', async () => {
  const { id, code } = await offer();
  const { kiosk, secret } = await pair(code.toLowerCase().replace('-', ' '));
  expect(kiosk).toMatchObject({ id, name: 'Hall', slots: [1, 2] });
  expect(await kioskOfSecret(station.deps, secret)).toEqual(kiosk);
  expect(await refusal(pair(code))).toBe('sign-in.wrong');
  for (const other of ['', id, kiosk.secretSha256, secret.slice(1)]) expect(await kioskOfSecret(station.deps, other), other).toBeNull();
  await revokeKiosk(station.deps, { id, actor: by });
  expect(await kioskOfSecret(station.deps, secret)).toBeNull();
  expect(await refusal(revokeKiosk(station.deps, { id, actor: by }))).toBe('request.not-found');
  expect(await types(`kiosk:${id}`)).toEqual(['kiosk.code-made', 'kiosk.paired', 'kiosk.revoked']);
});

it('is not paired by a code that is too old, by the clock that nobody sets', async () => {
  const { code } = await offer();
  ms = MINUTES * 60_000 - 1;
  const late = await offer('Yard');
  ms += 1;
  station.clock.advance(-3_600_000);
  expect(await refusal(pair(code))).toBe('sign-in.wrong');
  expect((await pair(late.code)).kiosk.name).toBe('Yard');
});

describe('guessing', () => {
  it('is refused for an address after five wrong codes, for as long as a code lives; others may still pair', async () => {
    const { code } = await offer();
    for (let n = 0; n < 5; n++) expect(await refusal(pair(WRONG, 'attacker'))).toBe('sign-in.wrong');
    expect(await refusal(pair(code, 'attacker'))).toBe('sign-in.locked');
    await pair(code, 'kiosk');
    ms += MINUTES * 60_000;
    const next = await offer();
    await pair(next.code, 'attacker');
  });

  it('from many addresses voids every code', async () => {
    const { code } = await offer();
    for (let n = 0; n < 100; n++) expect(await refusal(pair(WRONG, `attacker ${n}`))).toBe('sign-in.wrong');
    expect(await refusal(pair(code, 'kiosk'))).toBe('sign-in.wrong');
    await pair((await offer()).code, 'kiosk');
  });

  it('is on record while a code is open, and fills no log while none is', async () => {
    const before = (await types('station:test')).length;
    await refusal(pair(WRONG, 'a'));
    expect(await types('station:test')).toHaveLength(before);
    await offer();
    await refusal(pair(WRONG, 'b'));
    expect((await types('station:test')).slice(before)).toEqual(['kiosk.code-refused']);
  });
});

it('there are no more open codes than may be', async () => {
  for (let n = 0; n < 20; n++) await offer(`Hall ${n}`);
  expect(await refusal(offer())).toBe('request.too-many');
  ms = MINUTES * 60_000;
  await offer();
});
