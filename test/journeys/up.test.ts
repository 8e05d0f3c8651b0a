/*
 * Goal: the first command of the README brings up a station that finishes both sample recorders, says where to look, and can be stopped.
 * Method: scripts/up itself, in the background way, on a state directory of its own; then its API is asked.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROLES } from '#domain/access/roles';
import { evidock, evidockJson, type RecordingJson, ROOT, runProgram, temporaryDirectory } from '../support/evidock.ts';

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let pid = 0;

function stop(): void {
  if (pid === 0) return;
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    // It has ended by itself.
  }
  pid = 0;
}

beforeAll(async () => {
  home = await temporaryDirectory();
});

afterAll(async () => {
  stop();
  await home.remove();
});

/** The session cookie; empty if the station did not let them in. */
async function signIn(address: string, body: { account: string; password: string }): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${address}/api/v1/session`, { method: 'POST', headers, body: JSON.stringify(body) });
  return (answer.headers.getSetCookie()[0] ?? '').split(';')[0] ?? '';
}

describe('scripts/up', () => {
  it('finishes two sample recorders and says where to look', async () => {
    const up = await runProgram(join(ROOT, 'scripts/up'), ['--detach', '--state', home.path], {
      env: { EVIDOCK_HTTP_PORT: '0', EVIDOCK_LANG: 'en' },
      timeoutMs: 840_000,
    });
    pid = Number(/stop it with: kill (\d+)/.exec(up.stdout)?.[1] ?? 0);
    expect(up.status, up.stdout + up.stderr).toBe(0);
    const [, address] = /^\s+(http:\S+)\/api\/v1\/openapi/m.exec(up.stdout) ?? [];
    const recordings = await evidockJson<RecordingJson[]>(['--state', join(home.path, 'state'), 'recordings']);
    expect(new Set(recordings.map((recording) => recording.recorderSerial)).size).toBe(3);
    expect(recordings.every((recording) => recording.state === 'archived')).toBe(true);
    expect(recordings.some((recording) => recording.damaged)).toBe(true);
    for (const path of ['openapi.json', 'health']) expect((await fetch(`${address}/api/v1/${path}`)).status, path).toBe(200);
    for (const path of ['slots', 'recordings']) expect((await fetch(`${address}/api/v1/${path}`)).status, path).toBe(401);
    // The commands that it prints work as they stand there, and the last one fetches a clip.
    const commands = [...up.stdout.matchAll(/^ {2}(curl .*)$/gm)].map(([, command = '']) => command);
    expect(commands).toHaveLength(3);
    for (const command of commands) {
      const ran = await runProgram('bash', ['-c', command], { cwd: home.path });
      expect([ran.status, ran.stdout], command).toEqual([0, expect.not.stringContaining('urn:evidock:problem')]);
    }
    expect((await readFile(join(home.path, 'clip.mp4'))).subarray(4, 8).toString()).toBe('ftyp');
    const accounts = new Map(
      [...up.stdout.matchAll(/^ {2}(demo-[a-z-]+) +([0-9a-f]{24})$/gm)].map(([, account = '', password = '']) => [account, password]),
    );
    expect([...accounts.keys()].sort()).toEqual(ROLES.map((role) => `demo-${role}`).sort());
    expect(new Set(accounts.values()).size).toBe(ROLES.length);
    const log = await readFile(join(home.path, 'station.log'), 'utf8');
    for (const [account, password] of accounts) {
      expect(log).not.toContain(password);
      const cookie = await signIn(`${address}`, { account, password });
      const { status } = await fetch(`${address}/api/v1/recordings`, { headers: { cookie } });
      expect(status, account).toBe(account.endsWith('-administrator') ? 403 : 200);
    }
    expect(await signIn(`${address}`, { account: 'demo-officer', password: 'demo-officer-demo' })).toBe('');
    const verified = await evidock(['--state', join(home.path, 'state'), 'verify']);
    expect(verified.status, verified.stdout + verified.stderr).toBe(0);
    stop();
  }, 900_000);
});
