/*
 * Goal: `systemctl reload` works: a running station that gets SIGHUP goes on, and reads policy and certificate again at once.
 * Method: the real program over a real socket; the unit is read for the signal that it sends.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { PolicyAnswer } from '#api/policy';
import { evidockJson, ROOT, temporaryDirectory } from '#test/support/evidock';
import { makeTlsPair } from '#test/support/http/tls-pair';

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let state: string;
let station: ChildProcess | undefined;
let said = '';
const events = () => said.split('\n').flatMap((line) => /"event":"([^"]+)"/.exec(line)?.[1] ?? []);
const inPlace = (name: string) => join(home.path, name);

beforeAll(async () => {
  home = await temporaryDirectory();
  state = join(home.path, 'state');
  const first = await makeTlsPair(home.path, { stem: 'first' });
  await copyFile(first.certificate, inPlace('tls.crt'));
  await copyFile(first.key, inPlace('tls.key'));
  await copyFile(join(ROOT, 'config/access.yaml'), inPlace('access.yaml'));
  const http = { EVIDOCK_HTTP_PORT: '0', EVIDOCK_HTTP_CERTIFICATE: inPlace('tls.crt'), EVIDOCK_HTTP_KEY: inPlace('tls.key') };
  const env = { ...process.env, ...http, EVIDOCK_ACCESS_POLICY: inPlace('access.yaml') };
  station = spawn(join(ROOT, 'scripts/evidock'), ['--state-dir', state, 'run'], { stdio: ['ignore', 'ignore', 'pipe'], env });
  station.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  await vi.waitUntil(() => existsSync(join(state, 'run/address')), { timeout: 30_000, interval: 100 });
});
afterAll(async () => {
  if (station?.exitCode === null) {
    const ended = new Promise((resolve) => station?.once('close', resolve));
    station.kill('SIGTERM');
    await ended;
  }
  await home.remove();
});

/** Sends the signal; returns what was told from then on until the station had read everything. */
async function reload(): Promise<readonly string[]> {
  const before = events().length;
  station?.kill('SIGHUP');
  const told = () => events().slice(before);
  await vi.waitUntil(() => told().includes('station.reloaded'), { timeout: 10_000, interval: 20 });
  return told().slice(0, told().indexOf('station.reloaded'));
}

it('reads policy and certificate again at once, and goes on where they cannot be used', async () => {
  const second = await makeTlsPair(home.path, { stem: 'second' });
  const policy = await readFile(inPlace('access.yaml'), 'utf8');
  await copyFile(second.certificate, inPlace('tls.crt'));
  await copyFile(second.key, inPlace('tls.key'));
  await writeFile(inPlace('access.yaml'), policy.replace('hoursMax: 4', 'hoursMax: 3'));
  expect(await reload()).toEqual(expect.arrayContaining(['tls.renewed', 'policy.noticed']));
  await writeFile(inPlace('tls.key'), 'no key');
  await writeFile(inPlace('access.yaml'), 'rules: 5');
  expect(await reload()).toEqual(expect.arrayContaining(['tls.refused', 'policy.noticed']));
  expect(await evidockJson<PolicyAnswer>(['--state-dir', state, 'access', 'policy', 'show'])).toMatchObject({
    version: 2,
    trouble: expect.anything(),
  });
  expect(station?.exitCode).toBeNull();
});

it('gets the signal by the unit', () => {
  expect(readFileSync(join(ROOT, 'systemd/evidock.service'), 'utf8')).toMatch(/^ExecReload=\/bin\/kill -HUP \$MAINPID$/m);
});
