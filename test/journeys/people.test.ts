/*
 * Goal: the way of a station's people from the first account to the report of the month holds together, with nothing put in between: accounts by command, passwords by
 * link, sessions by cookie, a second factor, lists in scope, looks, a request, its grant and its end, a token, a kiosk, a suspension; then the auditor's commands tell of it.
 * Method: a station that was spawned, whose clock stands in the month before (a sample is drawn of a month that is over); it is then started again with the right time.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { evidock, evidockJson, type RecordingJson, ROOT, runProgram, temporaryDirectory } from '#test/support/evidock';
import { appCode, BrowserSession, type HttpAnswer } from '#test/support/http/browser-session';

/** So far behind is the clock of the first run, that it stands in the middle of the month before. */
const now = new Date();
const SHIFT_MS = now.getTime() - Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 15, 4);
const MONTH = new Date(now.getTime() - SHIFT_MS).toISOString().slice(0, 7);
const UNTIL = new Date(now.getTime() - SHIFT_MS + 24 * 3_600_000).toISOString();
const PASSWORD = 'willow kettle orbit stamp';

const PEOPLE = {
  owner: ['--unit', 'East', '--role', 'officer', '--officer', '041234'],
  asker: ['--unit', 'West', '--role', 'officer', '--officer', '055555'],
  head: ['--unit', 'East', '--role', 'reviewer'],
  keeper: ['--unit', 'East', '--role', 'custodian'],
  auditor: ['--role', 'auditor'],
  system: ['--role', 'system-administrator'],
  security: ['--role', 'security-administrator'],
} as const;
type Name = keyof typeof PEOPLE;

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let state: string;
let station: ChildProcess;
let address: string;
const browsers = new Map<Name, BrowserSession>();
const recordings = { own: '', other: '' };
let grant = '';

const cli = async (...args: string[]) => {
  const outcome = await evidock(['--state-dir', state, ...args]);
  expect(outcome.status, `evidock ${args.join(' ')}\n${outcome.stderr}${outcome.stdout}`).toBe(0);
  return outcome.stdout;
};
const cliJson = <T>(...args: string[]) => evidockJson<T>(['--state-dir', state, ...args]);
const as = (name: Name) => browsers.get(name) ?? expect.fail(`${name} has no browser`);
const idsOf = (answer: HttpAnswer) => answer.json<{ items: { id: string }[] }>().items.map(({ id }) => id);
const codeOf = (answer: HttpAnswer) => answer.json<{ code: string }>().code;
const footage = (name: Name, id: string, query = '') =>
  as(name).ask('GET', `/recordings/${id}/playback${query}`, { headers: { range: 'bytes=0-999' } });

async function start(shiftMs: number): Promise<void> {
  await rm(join(state, 'run/address'), { force: true });
  const clock = join(home.path, 'clock.mjs');
  await writeFile(
    clock,
    `const Real = Date; const ms = ${shiftMs};
     globalThis.Date = class Date extends Real { constructor(...args) { if (args.length === 0) super(Real.now() - ms); else super(...args); } static now() { return Real.now() - ms; } };`,
  );
  station = spawn(join(ROOT, 'scripts/evidock'), ['--state-dir', state, 'run'], {
    stdio: 'ignore',
    env: {
      ...process.env,
      EVIDOCK_HTTP_PORT: '0',
      EVIDOCK_ACCESS_TOTP_ROLES: '["auditor"]',
      NODE_OPTIONS: `--import=${clock}`,
    },
  });
  await vi.waitUntil(() => existsSync(join(state, 'run/address')), { timeout: 90_000, interval: 100 });
  address = (await readFile(join(state, 'run/address'), 'utf8')).trim();
}

async function stop(): Promise<void> {
  if (station?.exitCode !== null) return;
  const ended = new Promise((resolve) => station.once('close', resolve));
  station.kill('SIGTERM');
  await ended;
}

async function makeCard(directory: string, name: string, tone: number): Promise<void> {
  await mkdir(directory, { recursive: true });
  const source = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25', '-f', 'lavfi', '-i', `sine=frequency=${tone}`, '-t', '2'];
  const codec = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac'];
  const made = await runProgram('ffmpeg', ['-nostdin', '-v', 'error', ...source, ...codec, join(directory, name)]);
  expect(made.status, made.stderr).toBe(0);
}

beforeAll(async () => {
  home = await temporaryDirectory();
  state = join(home.path, 's');
  await makeCard(join(home.path, 'east'), 'DSJ0012345_041234_20260620153012_0007.MP4', 440);
  await makeCard(join(home.path, 'west'), 'DSJ0055555_055555_20260620163012_0007.MP4', 660);
  await start(SHIFT_MS);
}, 180_000);

afterAll(async () => {
  await stop();
  await home?.remove();
}, 180_000);

it('accounts are made by command, get their password by link, and sign in with a cookie', async () => {
  for (const unit of ['East', 'West']) await cli('unit', 'add', unit);
  for (const [account, options] of Object.entries(PEOPLE)) {
    const said = await cli('user', 'add', account, '--name', `Name of ${account}`, ...options);
    const [, token = ''] = /\/setup#(\S+)/.exec(said) ?? [];
    const browser = new BrowserSession(address);
    browsers.set(account as Name, browser);
    const setUp = await browser.ask('POST', '/set-up', { body: { token, password: PASSWORD } });
    expect(setUp.json(), said).toEqual({ account });
    expect((await browser.ask('POST', '/set-up', { body: { token, password: `${PASSWORD} again` } })).status).toBeGreaterThanOrEqual(400);
    expect((await browser.ask('GET', '/recordings')).status).toBe(401);
    const first = await browser.ask('POST', '/session', { body: { account, password: PASSWORD } });
    const step = first.json<{ state: string; pending: string; secret: string }>();
    expect([account, step.state]).toEqual([account, account === 'auditor' ? 'enrol' : 'signed-in']);
    if (step.state === 'enrol') {
      expect((await browser.ask('GET', '/session')).json<{ kind: string }>().kind).toBe('nobody');
      const code = appCode(step.secret, Date.now() - SHIFT_MS);
      const second = await browser.ask('POST', '/session/code', { body: { pending: step.pending, code } });
      expect(second.json(), second.text).toMatchObject({ state: 'signed-in', recoveryCodes: { length: 10 } });
    }
    expect((await browser.ask('GET', '/session')).json(), account).toMatchObject({
      kind: 'user',
      account,
      roles: [options.at(options.indexOf('--role' as never) + 1)],
    });
  }
  const stranger = await as('owner').ask('POST', '/tokens', {
    body: { name: 'x', scopes: ['own-account'], days: 1 },
    headers: { origin: 'http://elsewhere.example' },
  });
  expect([stranger.status, codeOf(stranger)]).toEqual([403, 'request.forbidden']);
}, 180_000);

it('officers see their own recordings, and a foreign one is answered like one that never was', async () => {
  for (const [slot, card] of [
    ['1', 'east'],
    ['2', 'west'],
  ] as const)
    await cli('ingest', join(home.path, card), '--slot', slot, '--wait');
  const all = await cliJson<RecordingJson[]>('recordings');
  expect(all.map(({ officerId, playable }) => [officerId, playable]).sort()).toEqual([
    ['041234', true],
    ['055555', true],
  ]);
  const idOf = (officer: string) => all.find(({ officerId }) => officerId === officer)?.id ?? '';
  Object.assign(recordings, { own: idOf('041234'), other: idOf('055555') });
  const both = [recordings.own, recordings.other].sort();
  const seen = { owner: [recordings.own], asker: [recordings.other], head: [recordings.own], keeper: [recordings.own], auditor: both };
  for (const [name, ids] of Object.entries(seen))
    expect([name, idsOf(await as(name as Name).ask('GET', '/recordings')).sort()]).toEqual([name, ids]);
  for (const name of ['system', 'security'] as const) expect((await as(name).ask('GET', '/recordings')).status, name).toBe(403);
  expect((await footage('owner', recordings.own)).status).toBe(206);
  const unknown = recordings.other.replace(/.{5}$/, '00000');
  for (const path of ['', '/playback', '/custody', '/looks']) {
    const [foreign, never] = await Promise.all([recordings.other, unknown].map((id) => as('owner').ask('GET', `/recordings/${id}${path}`)));
    const shown = (answer: HttpAnswer | undefined, id: string) => {
      const { instance: _, ...body } = JSON.parse((answer?.text ?? '').replaceAll(id, 'ID'));
      return [answer?.status, [...(answer?.headers.keys() ?? [])].sort(), body];
    };
    expect(shown(foreign, recordings.other)[0], path).toBe(404);
    expect(shown(foreign, recordings.other), path).toEqual(shown(never, unknown));
  }
}, 180_000);

it('an auditor looks for a stated reason, and is told which is lacking', async () => {
  const without = await footage('auditor', recordings.own);
  expect([without.status, codeOf(without)], without.text).toEqual([403, 'request.reason-needed']);
  const reason = `?reason=${encodeURIComponent('complaint: letter 17')}`;
  const looked = await footage('auditor', recordings.own, reason);
  expect([looked.status, looked.bytes.length]).toEqual([206, 1000]);
  expect(looked.headers.get('x-evidock-look')).toMatch(/^lok-/);
  expect((await footage('auditor', recordings.own, '?reason=curiosity')).status).toBeGreaterThanOrEqual(400);
});

it('an officer of another unit asks, the reviewer of the owning unit approves, and a revocation ends it', async () => {
  expect((await footage('asker', recordings.own)).status).toBe(404);
  const body = { recordings: [recordings.own], actions: ['look', 'hear'], purpose: 'case-handling', until: UNTIL };
  const asked = await as('asker').ask('POST', '/requests', { body });
  expect(asked.status, asked.text).toBe(201);
  const { request } = asked.json<{ request: { id: string; state: string } }>();
  expect(request.state).toBe('asked');
  expect(await cli('request', 'list')).toMatch(new RegExp(`${request.id}.*${recordings.own}.*look, hear.*waits for a decision`));
  expect((await as('asker').ask('POST', `/requests/${request.id}/decision`, { body: { decision: 'approve' } })).status).toBe(403);
  expect(idsOf(await as('head').ask('GET', '/requests'))).toEqual([request.id]);
  const decided = await as('head').ask('POST', `/requests/${request.id}/decision`, { body: { decision: 'approve' } });
  expect(decided.status, decided.text).toBe(200);
  grant = decided.json<{ grant: { id: string } }>().grant.id;
  expect(await cli('grant', 'list')).toContain(grant);
  expect(await cli('access', 'explain', 'asker', recordings.own, 'look')).toMatch(
    new RegExp(`look.*allowed[\\s\\S]*${grant}[\\s\\S]*granted`),
  );
  const played = await footage('asker', recordings.own);
  expect([played.status, played.bytes.length]).toEqual([206, 1000]);
  await cli('grant', 'revoke', grant);
  expect((await footage('asker', recordings.own)).status).toBe(404);
  expect(await cli('grant', 'list')).not.toContain(grant);
  expect(await cli('grant', 'list', '--all')).toMatch(new RegExp(`${grant}.*revoked`));
  expect(await cli('access', 'explain', 'asker', recordings.own, 'look')).not.toContain(grant);
  expect(await cli('request', 'list')).toMatch(new RegExp(`${request.id}.*ended`));
  const notices = (await as('asker').ask('GET', '/notices')).json<{ items: { kind: string }[] }>().items;
  expect(notices.map(({ kind }) => kind).sort()).toEqual(['grant-ended', 'request-decided']);
  // At the machine itself nobody has notices of their own: those of all are listed.
  for (const [name, words] of [
    ['head', 'a request waits'],
    ['asker', 'has an answer'],
    ['asker', 'has ended'],
  ] as const) {
    const { account } = (await as(name).ask('GET', '/session')).json<{ account: string }>();
    expect(await cli('notice', 'list')).toMatch(new RegExp(`${account}\\b.*${words}.*${request.id}`));
  }
});

it('a token does what its scope names until it is revoked', async () => {
  const text = (await cli('token', 'add', 'owner', '--name', 'lists', '--scope', 'find-footage')).trim();
  const program = new BrowserSession(address);
  const headers = { authorization: `Bearer ${text}` };
  expect(idsOf(await program.ask('GET', '/recordings', { headers }))).toEqual([recordings.own]);
  expect((await program.ask('GET', `/recordings/${recordings.own}/playback`, { headers })).status).toBe(403);
  const [token] = await cliJson<{ id: string; good: boolean }[]>('token', 'list');
  await cli('token', 'revoke', token?.id ?? '');
  expect((await program.ask('GET', '/recordings', { headers })).status).toBe(401);
});

it('a kiosk is paired by code, and sees its slots and nothing else', async () => {
  const code = (await cli('kiosk', 'pair', 'Hall', '--slot', '1')).trim();
  const kiosk = new BrowserSession(address);
  expect((await kiosk.ask('GET', '/kiosks/own/slots')).status).toBe(401);
  const paired = await kiosk.ask('POST', '/kiosks/pairing', { body: { code } });
  expect(paired.json(), paired.text).toMatchObject({ name: 'Hall', slots: [1] });
  expect((await new BrowserSession(address).ask('POST', '/kiosks/pairing', { body: { code } })).status).toBeGreaterThanOrEqual(400);
  const slots = (await kiosk.ask('GET', '/kiosks/own/slots')).json<{ items: { slot: number; recorderSerial: string }[] }>().items;
  expect(slots.map(({ slot, recorderSerial }) => [slot, recorderSerial])).toEqual([[1, 'DSJ0012345']]);
  for (const path of ['/recordings', `/recordings/${recordings.own}/playback`, '/slots', '/officers', '/sessions', '/audit', '/kiosks'])
    expect([401, 403], path).toContain((await kiosk.ask('GET', path)).status);
});

it('a suspension ends the session, and who is suspended does not come in again', async () => {
  expect(await cli('session', 'list')).toMatch(/keeper\s+password\s+127\.0\.0\.1/);
  await cli('user', 'suspend', 'keeper', '--why', 'left the unit');
  expect((await as('keeper').ask('GET', '/recordings')).status).toBe(401);
  expect(await cli('session', 'list')).not.toContain('keeper');
  expect((await as('keeper').ask('POST', '/session', { body: { account: 'keeper', password: PASSWORD } })).status).toBe(401);
});

it('the audit tells all of it, as table, CSV and JSON lines, in both languages', async () => {
  const table = await cli('audit', '--recording', recordings.own, '--type', 'recording.viewed');
  for (const fact of ['Name of owner', 'Name of auditor', 'complaint: letter 17', 'Name of asker']) expect(table).toContain(fact);
  const chinese = await cli('audit', '--recording', recordings.own, '--type', 'recording.viewed', '--lang', 'zh-CN');
  expect(chinese).toMatch(/时间[\s\S]*Name of auditor[\s\S]*complaint: letter 17/);
  const plain = await cliJson<{ what: { recording: string } }[]>('audit', '--type', 'recording.viewed', '--quiet', '--json', '-n', '2');
  expect(plain.map(({ what }) => what.recording)).toEqual([recordings.own, recordings.own]);
  // Entries that name an account by its id alone are shown with its name.
  expect(await cli('audit', '--type', 'request.asked')).toMatch(/Name of asker +request\.asked/);
  const refused = await cli('audit', '--outcome', 'refused', '--person', 'asker');
  expect(refused).toMatch(/access\.refused/);
  const rows = (await cli('audit', '--grant', grant, '--format', 'csv', '--oldest')).split('\r\n').filter((row) => row !== '');
  expect(rows[0]).toMatch(/"grant"/);
  expect(rows.slice(1).map((row) => /"((?:request|grant|recording)\.[a-z]+)"/.exec(row)?.[1])).toEqual(
    expect.arrayContaining(['grant.begun', 'recording.viewed', 'grant.ended']),
  );
  expect((await cli('audit', '--grant', grant, '--format', 'csv', '--lang', 'zh-CN')).split('\r\n')[0]).toMatch(/授权/);
  const file = join(home.path, 'looks.jsonl');
  await cli('audit', '--person', 'auditor', '--format', 'jsonl', '--out', file);
  const lines = (await readFile(file, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; who: { name: string } });
  expect(lines.map(({ type }) => type)).toEqual(expect.arrayContaining(['session.began', 'totp.set', 'recording.viewed']));
  for (const [language, word] of [
    ['en', 'Nothing|No |no '],
    ['zh-CN', '[\u4e00-\u9fff]'],
  ] as const)
    expect(await cli('audit', '--case', 'NONE', '--lang', language)).toMatch(new RegExp(word));
});

it('with the month over, its reports and its sample tell of these looks', async () => {
  await stop();
  await start(0);
  const trail = join(home.path, 'trail.pdf');
  await cli('report', 'trail', recordings.own, '--out', trail, '--to', 'the court');
  expect((await readFile(trail)).subarray(0, 5).toString()).toBe('%PDF-');
  const again = await evidock(['--state-dir', state, 'report', 'trail', recordings.own, '--out', trail]);
  expect([again.status === 0, again.stderr]).toEqual([false, expect.stringContaining(trail)]);
  for (const language of ['en', 'zh-CN']) {
    const file = join(home.path, `month-${language}.html`);
    await cli('report', 'month', MONTH, '--out', file, '--lang', language);
    const page = await readFile(file, 'utf8');
    for (const fact of [MONTH, language === 'en' ? 'Looks at footage' : '调阅', 'complaint']) expect(page).toContain(fact);
  }
  expect((await evidock(['--state-dir', state, 'sample', 'list'])).stderr).toMatch(/No sample/);
  const drawn = await cli('sample', 'draw', MONTH);
  const [, sample = '', size = '', population = ''] = /(smp-\S+): (\d+) of (\d+)/.exec(drawn) ?? [];
  expect([size, population], drawn).toEqual(['3', '3']);
  const look = /lok-\S+/.exec(drawn)?.[0] ?? '';
  expect(drawn).toContain('complaint');
  await cli('sample', 'review', sample, look, '--verdict', 'question', '--words', 'ask for the letter');
  expect(await cli('sample', 'show', sample)).toMatch(new RegExp(`${look}.*to be asked about`));
  expect(await cli('sample', 'list')).toMatch(new RegExp(`${sample}\\s+${MONTH}\\s+3\\s+1`));
  expect((await evidock(['--state-dir', state, 'sample', 'draw', MONTH])).status).not.toBe(0);
  expect(await cli('audit', '--type', 'report.issued')).toContain(recordings.own);
  await cli('verify', '--log');
}, 180_000);
