/*
 * Goal: an installation that nobody can sign in to yet prints one link for its first account; it works once, within a day, and is not printed again.
 * Method: the lines of scripts/install that do it, over a real station; the link is used over the network.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { evidock, ROOT, runProgram, temporaryDirectory } from '../support/evidock.ts';

const DAY_MS = 86_400_000;
const PASSWORD = 'not a word that anybody knows';
/** Where scripts/install has started the station: `home` is the program, `etc` its configuration. */
const [lines] = /^ {2}# Nobody can sign in yet[\s\S]*?^ {2}fi$/m.exec(readFileSync(join(ROOT, 'scripts/install'), 'utf8')) ?? [];

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let state: string;
let station: ChildProcess | undefined;

beforeAll(async () => {
  home = await temporaryDirectory();
  state = join(home.path, 'state');
  await writeFile(join(home.path, 'station.yaml'), `station: { state: "${state}", timezone: Etc/UTC }\nhttp: { port: 0 }\n`);
  station = spawn(join(ROOT, 'scripts/evidock'), ['--config', join(home.path, 'station.yaml'), 'run'], { stdio: 'ignore' });
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

const install = () =>
  runProgram('bash', ['-c', `set -euo pipefail; home='${ROOT}' etc='${home.path}'\n${lines}`], { env: { EVIDOCK_LANG: 'en' } });

async function post(path: string, body: object): Promise<number> {
  const address = (await readFile(join(state, 'run/address'), 'utf8')).trim();
  const headers = { 'content-type': 'application/json' };
  return (await fetch(`${address}/api/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).status;
}

it('scripts/install prints the first link once, and it sets one password once', async () => {
  const first = await install();
  expect([first.status, first.stderr]).toEqual([0, expect.any(String)]);
  const [, until = '', token = ''] = /^Set the password once, until (.+?): \S*?([A-Za-z0-9_-]{43})\b/m.exec(first.stdout) ?? [];
  expect(token, first.stdout).not.toBe('');
  const leftMs = Date.parse(`${until.replace(' ', 'T')}Z`) - Date.now();
  expect([leftMs > DAY_MS - 600_000, leftMs <= DAY_MS + 60_000], until).toEqual([true, true]);
  expect(await post('session', { account: 'security', password: PASSWORD })).toBe(401);
  expect(await post('set-up', { token, password: PASSWORD })).toBeLessThan(300);
  expect(await post('set-up', { token, password: `${PASSWORD} either` })).toBeGreaterThanOrEqual(400);
  expect(await post('session', { account: 'security', password: PASSWORD })).toBeLessThan(300);
  // The next installation finds somebody who can let others in.
  expect(await install()).toMatchObject({ status: 0, stdout: '' });
  const users = await evidock(['--config', join(home.path, 'station.yaml'), '--json', 'user', 'list', '--role', 'security-administrator']);
  expect(JSON.parse(users.stdout)).toMatchObject([{ account: 'security', state: 'active' }]);
});
