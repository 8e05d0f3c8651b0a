/*
 * Goal: a stranger's program needs nothing but the document that a station serves: a client generated from it type-checks, and does what its types say.
 * Method: a running station, its own document, a public generator, the type checker, and a small program in a process of its own.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { SocketClient } from '#cli/client';
import { ROOT, runProgram, temporaryDirectory } from '../support/evidock.ts';

const BIN = join(ROOT, 'node_modules/.bin');
let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let station: ChildProcess;

/** Speaks HTTP over the control socket in the place of the network. */
const FETCH = `
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
export const overSocket = (socketPath: string) => async (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
  const answer = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    const headers = { host: 'localhost', ...Object.fromEntries(new Headers(init?.headers).entries()) };
    const outgoing = request({ socketPath, path: String(url), method: init?.method ?? 'GET', headers }, resolve);
    outgoing.once('error', reject);
    outgoing.end(init?.body ?? undefined);
  });
  const body = await text(answer);
  const status = answer.statusCode ?? 0;
  return new Response(status === 204 || status === 304 ? null : body, { status, headers: answer.headers as Record<string, string> });
};
`;

const PROGRAM = `
import { defaults, getOfficersById, getRecordings, patchOfficersById, postOfficers } from './client.ts';
import { overSocket } from './fetch.ts';
defaults.fetch = overSocket(process.argv[2] ?? '');
defaults.baseUrl = '';
const added = await postOfficers({ id: '7', name: '王敏' }, { idempotencyKey: 'first' });
if (added.status === 409) throw new Error(added.data.code);
if (added.status !== 200) throw new Error('not added');
const again = await postOfficers({ id: '7', name: '王敏' }, { idempotencyKey: 'first' });
const seen = await getOfficersById('7', {});
if (seen.status !== 200) throw new Error('not found');
const ifMatch = seen.headers.get('etag') ?? '';
const changed = await patchOfficersById('7', { unit: 'B2' }, { ifMatch });
const late = await patchOfficersById('7', { unit: 'C3' }, { ifMatch });
const lost = await getOfficersById('8', {});
const recordings = await getRecordings({ limit: 1 });
const count: number | null = recordings.status === 200 ? recordings.data.items.length : null;
console.log(
  JSON.stringify({
    added: added.data.added,
    replayed: again.headers.get('idempotency-replayed'),
    unit: changed.status === 200 ? changed.data.unit : null,
    late: late.status,
    lost: lost.status === 404 ? lost.data.code : null,
    count,
  }),
);
`;

/** What the types must refuse: a name that is no text, a state that there is not, a field that there is not. */
const WRONG = `
import { getRecordings, postOfficers } from './client.ts';
await postOfficers({ id: '7', name: 7 }, {});
await getRecordings({ state: 'sealing' });
const page = await getRecordings({});
if (page.status === 200) console.log(page.data.items[0]?.officer);
`;

const TSCONFIG = {
  compilerOptions: {
    ...{ target: 'es2024', lib: ['es2024', 'dom', 'dom.iterable'], module: 'nodenext', strict: true, noEmit: true, skipLibCheck: true },
    ...{ types: ['node'], allowImportingTsExtensions: true, noUncheckedIndexedAccess: true },
  },
};

const socketPath = () => join(home.path, 'state/run/control.sock');

beforeAll(async () => {
  home = await temporaryDirectory();
  const env = { ...process.env, EVIDOCK_HTTP_PORT: '0', EVIDOCK_LANG: 'en' };
  station = spawn(join(ROOT, 'scripts/evidock'), ['--state', join(home.path, 'state'), 'run'], { stdio: 'ignore', env });
  const client = new SocketClient({ socketPath: socketPath(), user: 'test' });
  await vi.waitFor(async () => expect(await client.answers()).toBe(true), { timeout: 60_000, interval: 100 });
  const { json } = await client.request('GET', '/api/v1/openapi.json');
  await writeFile(join(home.path, 'openapi.json'), JSON.stringify(json));
  const options = ['--useUnknown', '--futureStripLegacyMethods'];
  const made = await runProgram(join(BIN, 'oazapfts'), [join(home.path, 'openapi.json'), join(home.path, 'client.ts'), ...options]);
  expect(made.status, made.stderr).toBe(0);
  await symlink(join(ROOT, 'node_modules'), join(home.path, 'node_modules'));
  await writeFile(join(home.path, 'package.json'), JSON.stringify({ type: 'module' }));
  await writeFile(join(home.path, 'fetch.ts'), FETCH);
  await writeFile(join(home.path, 'program.ts'), PROGRAM);
  await writeFile(join(home.path, 'wrong.ts'), WRONG);
}, 120_000);

afterAll(async () => {
  station?.kill('SIGTERM');
  if (station?.exitCode === null) await once(station, 'exit');
  await home?.remove();
});

async function typesOf(file: string) {
  await writeFile(join(home.path, 'tsconfig.json'), JSON.stringify({ ...TSCONFIG, files: [file] }));
  return runProgram(join(BIN, 'tsc'), ['-p', home.path], { cwd: home.path });
}

describe('a client generated from the document of a running station', () => {
  it('type-checks, and does what its types say', async () => {
    const checked = await typesOf('program.ts');
    expect(checked.stdout).toBe('');
    expect(checked.status).toBe(0);
    const run = await runProgram(process.execPath, [join(home.path, 'program.ts'), socketPath()]);
    expect(run.stderr).toBe('');
    expect(JSON.parse(run.stdout)).toEqual({ added: 1, replayed: 'true', unit: 'B2', late: 412, lost: 'request.not-found', count: 0 });
  });

  it('refuses what the station would refuse', async () => {
    const { status, stdout } = await typesOf('wrong.ts');
    expect(status).not.toBe(0);
    expect(stdout).toMatch(/wrong\.ts.3,.*TS2322/);
    expect(stdout).toMatch(/wrong\.ts.4,.*TS2322/);
    expect(stdout).toMatch(/wrong\.ts.6,.*TS2551/);
  });
});
