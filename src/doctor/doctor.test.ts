/*
 * Goal: before anybody stands outside, the doctor tells what is wrong with certificate, proxies and accounts, and what a running station could not take over.
 * Method: real certificates in real files, and the real server of the control side over a real ledger.
 */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { InProcessClient } from '#cli/client';
import type { CheckName } from '#cli/context';
import { loadConfig } from '#config/load';
import type { Config } from '#config/schema';
import { because, type Reason } from '#domain/reason';
import type { TlsState } from '#ports/tls-source';
import { buildServer } from '#serve/server';
import { aHash, anId, START_MS } from '#test/support/builders';
import { aCustodyDraft } from '#test/support/custody';
import { makeTlsPair } from '#test/support/http/tls-pair';
import { addUser } from '#test/support/people/sign-in';
import { openDuty } from '#test/support/retention/walk-duties';
import { type ServedStation, servedStation } from '#test/support/served-station';
import { runDoctor } from './doctor.ts';

const DAY_MS = 86_400_000;
const NOW_MS = Date.now();

let station: ServedStation;
let control: FastifyInstance;
let tls: TlsState | null = null;
let pair: { certificate: string; key: string };

beforeAll(async () => {
  station = await servedStation({ tls: () => tls });
  control = buildServer({ deps: station.deps, way: 'socket' });
  pair = await makeTlsPair(station.directory, { days: 100 });
});
afterAll(async () => {
  await control?.close();
  await station?.close();
});

/** What the doctor finds under this name, of a station with these settings; undefined: it says nothing of it. */
async function row(name: CheckName, http: Partial<Config['http']> = {}, nowMs = NOW_MS, keyFile = '', fontFile?: string) {
  // Other programs are not what is looked at here.
  const env = { EVIDOCK_DERIVE_FFMPEG: '/nowhere/ffmpeg', EVIDOCK_QUEUE_REDIS_SERVER: '/nowhere/redis' };
  const { config } = loadConfig({ file: null, state: join(station.directory, 'state'), env, root: station.directory });
  const connect = async () => new InProcessClient({ app: control, user: 'root', close: async () => undefined });
  const settings = { ...config, http: { ...config.http, ...http }, disposal: { ...config.disposal, keyFile } };
  const checks = await runDoctor({ config: settings, nowMs, connect, ...(fontFile === undefined ? {} : { fontFile }) });
  const found = checks.filter((check) => check.name === name);
  expect(found.length, name).toBeLessThanOrEqual(1);
  const [check] = found;
  return (
    check && { state: !check.ok ? 'fails' : check.warn ? 'warns' : 'ok', codes: codesOf(check.reason), mend: check.remedy?.code ?? null }
  );
}

/** The code of a reason, and of those within it. */
function codesOf(reason: unknown): string[] {
  if (typeof reason !== 'object' || reason === null) return [];
  const { code, params } = reason as Partial<Reason>;
  return [...(typeof code === 'string' ? [code] : []), ...Object.values(params ?? reason).flatMap(codesOf)];
}

it('warns of a key of disposal that lies there while no list is to be run', async () => {
  const key = join(station.directory, 'disposal-key.json');
  const found = () => row('disposal key', {}, NOW_MS, key);
  expect(await found()).toBeUndefined();
  await writeFile(key, '{}');
  expect(await found()).toEqual({ state: 'warns', codes: ['disposal-key-left'], mend: 'mend-disposal-key' });
  const id = anId('dsp');
  const proposed = { person: 'usr-a', roles: ['custodian'], atMs: START_MS };
  const list = { id, state: 'approved' as const, rule: 'schedule-1', dueBeforeMs: START_MS, digest: aHash(1), proposed, approved: null };
  await station.ledger.transaction(async (writer) => {
    await writer.disposals.insert({ ...list, waitsUntilMs: null, beganAtMs: null, endedAtMs: null, why: null });
    await writer.custody.append(aCustodyDraft());
  });
  expect(await found()).toEqual({ state: 'ok', codes: ['disposal-key-for'], mend: null });
  await rm(key);
});

it('warns of a font that is missing, because papers and marks wait for it', async () => {
  expect(await row('font')).toEqual({ state: 'ok', codes: ['path'], mend: null });
  const missing = await row('font', {}, NOW_MS, '', '/nowhere/font.ttc');
  expect([missing?.state, missing?.mend]).toEqual(['warns', 'mend-failure']);
});

it('says that no certificate is needed here, or that a proxy speaks TLS', async () => {
  expect(await row('tls')).toEqual({ state: 'ok', codes: ['tls-not-needed'], mend: null });
  expect(await row('tls', { trustedProxies: ['10.0.0.2'] })).toEqual({ state: 'ok', codes: ['tls-by-proxy'], mend: null });
});

it('looks at the certificate: its end, and whether it names what people type', async () => {
  const reached = { ...pair, host: '0.0.0.0', names: ['station.example'] };
  expect(await row('tls', reached)).toEqual({ state: 'ok', codes: ['tls-in-force'], mend: null });
  expect(await row('tls', reached, NOW_MS + 69 * DAY_MS)).toMatchObject({ state: 'ok' });
  const soon = await row('tls', reached, NOW_MS + 71 * DAY_MS);
  expect([soon?.state, soon?.codes, soon?.mend]).toEqual(['warns', expect.arrayContaining(['tls-ends-soon']), 'mend-tls']);
  expect(await row('tls', reached, NOW_MS + 101 * DAY_MS)).toMatchObject({ state: 'fails', mend: 'mend-tls' });
  for (const http of [
    { ...reached, names: ['station.example', 'other.example'] },
    { ...reached, host: '192.0.2.7' },
    { ...reached, names: ['192.0.2.7'] },
  ])
    expect(await row('tls', http)).toMatchObject({ state: 'warns', codes: expect.arrayContaining(['name-not-covered']) });
  // Nobody elsewhere types a loopback address, and `0.0.0.0` is nobody's.
  expect(await row('tls', { ...reached, host: '127.0.0.2' })).toMatchObject({ state: 'ok' });
});

it('tells of files that are not there, or do not belong together', async () => {
  expect(await row('tls', { ...pair, key: '/nowhere/key.pem' })).toMatchObject({ state: 'fails', mend: 'mend-tls' });
  const other = await makeTlsPair(station.directory, { stem: 'other' });
  expect(await row('tls', { ...pair, key: other.key })).toMatchObject({ state: 'fails', mend: 'mend-tls' });
  await writeFile(join(station.directory, 'empty.pem'), '');
  expect(await row('tls', { ...pair, certificate: join(station.directory, 'empty.pem') })).toMatchObject({ state: 'fails' });
  await rm(join(station.directory, 'empty.pem'));
});

it('tells of proxies where some are named, and doubts a whole range', async () => {
  expect(await row('proxies')).toBeUndefined();
  for (const one of ['10.0.0.2', '10.0.0.2/32', '2001:db8::1', '2001:db8::1/128'])
    expect(await row('proxies', { trustedProxies: [one] }), one).toEqual({ state: 'ok', codes: ['proxies-named'], mend: null });
  const range = await row('proxies', { trustedProxies: ['10.0.0.2', '10.0.0.0/24'] });
  expect([range?.state, range?.codes, range?.mend]).toEqual(['warns', expect.arrayContaining(['proxy-range']), 'mend-proxies']);
});

it('tells why a running station goes on with its old certificate, and nothing where the newest is in force', async () => {
  expect(await row('tls in force')).toBeUndefined();
  tls = { sha256: 'ab'.repeat(32), notAfterMs: START_MS, refused: null };
  expect(await row('tls in force')).toBeUndefined();
  const refused = because('tls-ended', { at: '2026-01-01T00:00:00.000Z' });
  tls = { ...tls, refused };
  expect(await row('tls in force')).toEqual({ state: 'fails', codes: ['tls-old-in-force', 'tls-ended'], mend: 'mend-tls' });
  const { body } = await control.inject({ url: '/api/v1/network', headers: { host: 'localhost' } });
  expect(JSON.parse(body)).toEqual({ tls: { sha256: tls.sha256, notAfter: expect.stringMatching(/^2026-.*\+08:00$/), refused } });
  tls = null;
});

it('doubts a station without anybody who may manage accounts: nobody else counts, nor one who is suspended', async () => {
  const none = { state: 'warns', codes: ['security-administrators'], mend: 'mend-accounts' };
  expect(await row('accounts')).toEqual(none);
  await addUser(station.deps, { account: 'wang', id: anId('usr'), roles: ['system-administrator', 'auditor'] });
  await addUser(station.deps, { account: 'gone', id: anId('usr'), roles: ['security-administrator'], state: 'suspended' });
  expect(await row('accounts')).toEqual(none);
  await addUser(station.deps, { account: 'li', id: anId('usr'), roles: ['security-administrator'] });
  expect(await row('accounts')).toEqual({ state: 'ok', codes: ['security-administrators'], mend: null });
});

it('tells how much has to be seen to, and doubts a station of which some is overdue', async () => {
  expect(await row('duties')).toEqual({ state: 'ok', codes: ['duties-open'], mend: null });
  const { ledger, clock } = station;
  await ledger.transaction((writer) => openDuty(writer, { kind: 'damaged', dueMs: clock.nowMs() + 1 }));
  expect(await row('duties')).toEqual({ state: 'ok', codes: ['duties-open'], mend: null });
  await ledger.transaction((writer) => openDuty(writer, { kind: 'untagged', dueMs: clock.nowMs() }));
  expect(await row('duties')).toEqual({ state: 'warns', codes: ['but', 'duties-open', 'duties-overdue'], mend: 'mend-duties' });
  const { body } = await control.inject({ url: '/metrics', headers: { host: 'localhost' } });
  const figures = body.split('\n').filter((line) => /^evidock_duties_.*"(damaged|untagged|late-docked)"/.test(line));
  expect(figures).toEqual([
    'evidock_duties_open{kind="late-docked"} 0',
    'evidock_duties_open{kind="untagged"} 1',
    'evidock_duties_open{kind="damaged"} 1',
    'evidock_duties_overdue{kind="late-docked"} 0',
    'evidock_duties_overdue{kind="untagged"} 1',
    'evidock_duties_overdue{kind="damaged"} 0',
  ]);
});
