/*
 * Goal: whoever tries to get round a rule of retention is refused or found: by the API with one account, by commands on the machine, by SQL in the file of the
 * ledger, and by a clock that was changed.
 * Method: one real station on days of the test's choice, with two docked recordings that are due, and accounts of every role that has to do with them.
 * What others show is not repeated: the station's own S3 key (13 attempts in archive-attacks.test.ts; test/disposal/locked-bucket.test.ts), holds in the storage
 * (test/journeys/held-objects.test.ts), a clock that is set while the station runs (test/journeys/set-station-clock.test.ts), foreign footage
 * (access-attacks.test.ts), an old ledger that was put back (restored-terms.test.ts).
 */
import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DisposalAnswer } from '#api/retention/disposals';
import { type RecordingJson, runProgram, temporaryDirectory } from '#test/support/evidock';
import type { BrowserSession, HttpAnswer } from '#test/support/http/browser-session';
import { contradictionsIn } from '#test/support/ledger/replayed';
import { asked, inForce } from '#test/support/retention/adopted';
import { scheduleText } from '#test/support/retention/parts';
import { ShiftedStation } from '#test/support/station/shifted-station';

/** Terms end after ten days. */
const DUE = 12;
const DAY_MS = 86_400_000;
const ENGLISH = { EVIDOCK_LANG: 'en' };

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let station: ShiftedStation;
let recordings: readonly string[];
let list: DisposalAnswer;
const people = new Map<string, BrowserSession>();

const ledgerFile = () => join(station.state, 'ledger/ledger.sqlite');
const browserOf = (who: string) => people.get(who) ?? expect.fail(who);
const ask = (who: string, path: string, body: object = {}, method = 'POST') => browserOf(who).ask(method, path, { body });
/** The code of a refusal; of an answer in lines, that of the line that ends it. A refusal without a reason: its status. */
function code(answer: HttpAnswer): string | number {
  const last = answer.text.trim().split('\n').at(-1) ?? '';
  const told = last.startsWith('{') ? (JSON.parse(last) as { type?: string; reason?: { code: string } }) : {};
  const refused = answer.status >= 400 || told.type === 'error';
  return refused ? (told.reason?.code ?? answer.status) : 'done';
}
const words = async (...args: string[]) => {
  const { status, stdout, stderr } = await station.run(args);
  return { status, text: (stdout + stderr).replaceAll(/\s+/g, ' ') };
};
/** Every original below the vault and the archive. */
const originals = () =>
  [join(station.state, 'vault'), join(home.path, 'archive')].flatMap((root) =>
    readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => /original-\d+\.jpg$/.test(path)),
  );

beforeAll(async () => {
  home = await temporaryDirectory();
  const config = join(home.path, 'station.yaml');
  mkdirSync(join(home.path, 'archive'));
  await writeFile(
    config,
    JSON.stringify({
      station: { id: 'east1', name: 'East', timezone: 'Asia/Shanghai' },
      archive: { kind: 'disk', directory: join(home.path, 'archive') },
      retention: { waiting: 1 },
      disposal: { waitDays: 1 },
    }),
  );
  const card = join(home.path, 'card/DCIM/20260620');
  mkdirSync(card, { recursive: true });
  const pictures = [1, 2].flatMap((n) => [
    '-frames:v',
    '1',
    '-s',
    `${160 * n}x120`,
    join(card, `DSJ0012345_041234_202606201${n}3012_000${n}.JPG`),
  ]);
  const made = await runProgram('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=320x120', ...pictures]);
  expect(made.status, made.stderr).toBe(0);
  station = new ShiftedStation(join(home.path, 's'), { config, env: ENGLISH });
  await station.say('ingest', join(home.path, 'card'), '--slot', '1', '--serial', 'T000001', '--wait');
  await inForce({ file: ledgerFile(), stationId: 'east1', atMs: Date.now() }, { days: { minimum: 'P10D' } });
  await station.on(DUE).start();
  await station.say('unit', 'add', 'East');
  await station.say('officer', 'add', '041234', '--name', '王敏', '--unit', 'East');
  people.set('auditor', await station.addPerson('auditor', '--role', 'auditor'));
  for (const [who, ...roles] of [
    ['keeper', 'custodian'],
    ['head', 'reviewer'],
    ['both', 'custodian', 'reviewer'],
    ['officer', 'officer'],
  ] as const)
    people.set(who, await station.addPerson(who, '--unit', 'East', ...roles.flatMap((role) => ['--role', role])));
  const found = await browserOf('both').ask('GET', '/recordings');
  recordings = found
    .json<{ items: RecordingJson[] }>()
    .items.map(({ id }) => id)
    .sort();
  expect(recordings).toHaveLength(2);
}, 300_000);
afterAll(async () => {
  await station?.stop();
  await home?.remove();
});

describe('a clock that was changed while the station was off (rule 17)', () => {
  it('lets nobody propose anything, by command or by account, and only an administrator says that it is right', async () => {
    const said = await words('disposal', 'propose');
    expect(said.status).toBe(1);
    expect(said.text).toContain('the clock went back or jumped');
    expect(code(await ask('keeper', '/disposals'))).toBe('disposal-clock');
    for (const who of ['keeper', 'head', 'officer', 'auditor'])
      expect((await ask(who, '/clock/confirmation', { seenAt: new Date(station.nowMs).toISOString(), words: 'it is right' })).status).toBe(
        403,
      );
    expect(originals()).toHaveLength(4);
    await station.say('clock', 'confirm', '--words', 'it was in the store');
  });
});

describe('with one account, or at the machine', () => {
  it('nothing is destroyed but by a list, whatever is asked of a recording, a list or a hold (rule 13)', async () => {
    const [first = ''] = recordings;
    for (const [method, path, body] of [
      ['DELETE', `/recordings/${first}`, {}],
      ['DELETE', `/recordings/${first}/originals/0`, {}],
      ['PATCH', `/recordings/${first}`, { state: 'disposed' }],
      ['PUT', `/recordings/${first}/retention`, { earnedUntil: '2020-01-01T00:00:00Z' }],
      ['DELETE', '/retention/schedules/1', {}],
      ['DELETE', '/holds/hld-1', {}],
    ] as const)
      for (const who of ['keeper', 'both', 'officer'])
        expect([400, 403, 404, 405], `${method} ${path}`).toContain((await ask(who, path, body, method)).status);
    expect(originals()).toHaveLength(4);
  });

  it('a list is approved by nobody who proposed it, has the role of who did, or is at the machine, and not under another digest (rule 15)', async () => {
    const own = await asked<DisposalAnswer>(browserOf('both'), 'POST', '/disposals', {});
    expect(code(await ask('both', `/disposals/${own.id}/approval`, { digest: own.digest }))).toBe('disposal-own');
    await asked(browserOf('both'), 'POST', `/disposals/${own.id}/cancellation`, { reason: 'another one comes' });

    list = await asked<DisposalAnswer>(browserOf('keeper'), 'POST', '/disposals', {});
    expect(list.counts).toMatchObject({ listed: 2 });
    const { id, digest } = list;
    expect(code(await ask('both', `/disposals/${id}/approval`, { digest }))).toBe('disposal-same-role');
    for (const who of ['keeper', 'officer', 'auditor']) expect((await ask(who, `/disposals/${id}/approval`, { digest })).status).toBe(403);
    expect(code(await ask('head', `/disposals/${id}/approval`, { digest: 'ab'.repeat(32) }))).toBe('disposal-list-changed');
    expect((await words('disposal', 'approve', id, '--digest', digest)).status).toBe(1);
  });

  it('is not carried out before it is approved, and not before it has waited (rule 15)', async () => {
    const { id, digest } = list;
    for (const who of ['head', 'officer', 'auditor']) expect((await ask(who, `/disposals/${id}/run`)).status).toBe(403);
    expect(code(await ask('keeper', `/disposals/${id}/run`))).toBe('disposal-not-in-state');
    await asked(browserOf('head'), 'POST', `/disposals/${id}/approval`, { digest });
    expect(code(await ask('keeper', `/disposals/${id}/run`))).toBe('disposal-waits');
    const early = await words('disposal', 'run', id);
    expect(early).toMatchObject({ status: 1, text: expect.stringContaining('wait') });
    expect(originals()).toHaveLength(4);
  });

  it('a hold is not released by whoever set it, nor by whoever may not, and is not set so that it ends by itself (rules 1, 16)', async () => {
    const [first = ''] = recordings;
    const set = (who: string, days: number) =>
      ask(who, '/holds', { recordings: [first], reason: 'order', review: new Date(station.nowMs + days * DAY_MS).toISOString() });
    const held = (await set('auditor', 30)).json<{ id: string }>();
    expect(code(await ask('auditor', `/holds/${held.id}/release`, { reason: 'x' }))).toBe('hold-own');
    for (const who of ['keeper', 'officer']) expect((await ask(who, `/holds/${held.id}/release`, { reason: 'x' })).status).toBe(403);
    expect(code(await set('keeper', -1))).toBe('hold-review-outside');
    expect(code(await ask('keeper', '/disposals'))).toBe('disposal-nothing-due');
  });

  it('a schedule is adopted by nobody who may not, and not at the machine by whose account it was proposed (rules 8, 18)', async () => {
    const text = scheduleText({ days: { minimum: 'P1D' } });
    const { version } = await asked<{ version: number }>(browserOf('keeper'), 'POST', '/retention/schedules', { text });
    for (const who of ['keeper', 'head', 'both', 'officer'])
      expect((await ask(who, `/retention/schedules/${version}/adoption`, { digest: 'ab'.repeat(32) })).status).toBe(403);
    const adopted = await words('retention', 'adopt', String(version), '--digest', 'ab'.repeat(32));
    expect(adopted).toMatchObject({ status: 1, text: expect.stringContaining('count as one person') });
  });

  it('what was earned by error is not corrected by who says so (rule 8)', async () => {
    const [first = ''] = recordings;
    const { number } = await asked<{ number: number }>(browserOf('both'), 'POST', '/retention/corrections', {
      recording: first,
      reason: 'wrong tag',
    });
    const decide = (who: string) => ask(who, `/retention/corrections/${number}/decision`, { decision: 'approved' }, 'PUT');
    expect(code(await decide('both'))).toBe('correction-own');
    for (const who of ['keeper', 'officer', 'auditor']) expect((await decide(who)).status).toBe(403);
  });
});

describe('at the last second (rules 1, 15)', () => {
  it('what is held stays, also on a list that was approved before, and the other one goes with its certificate', async () => {
    await station.stop();
    await station.on(DUE + 2).start();
    const ran = await words('disposal', 'run', list.id);
    expect(ran.status, ran.text).toBe(0);
    const [first = '', second = ''] = recordings;
    expect(originals().filter((path) => path.includes(first))).toHaveLength(2);
    expect(originals().filter((path) => path.includes(second))).toEqual([]);
    const paper = await (await station.signIn('head')).ask('GET', `/disposals/${list.id}/certificate?lang=en`);
    expect(paper.text.slice(0, 5)).toBe('%PDF-');
  });
});

describe('with SQL in the file of the ledger', () => {
  it('a hold that is over and a recording that is gone, behind the back of the station, are named by its verification', async () => {
    const [first = ''] = recordings;
    const db = new DatabaseSync(ledgerFile(), { timeout: 5000 });
    const [row] = db.prepare('SELECT state FROM recordings WHERE id = ?').all(first);
    db.exec(`UPDATE holds SET released_at = 1; UPDATE recordings SET state = 'disposed' WHERE id = '${first}'`);
    const found = await words('verify');
    db.exec(`UPDATE holds SET released_at = NULL; UPDATE recordings SET state = '${String(row?.['state'])}' WHERE id = '${first}'`);
    db.close();
    expect(found.status).toBe(1);
    expect(found.text).toContain(`ledger ${first}: its row says that it was disposed of, and the log does not`);
    expect(found.text).toMatch(/ledger: holds \S+: released_at is 1, by the custody log null/);
    await station.stop();
  });

  it('an untouched copy contradicts nothing', () => {
    expect(contradictionsIn(ledgerFile())).toEqual([]);
  });

  /** Changes a copy of the stopped station as somebody with its file does: its triggers are away meanwhile, and are put back unless `bare`. */
  function changed(name: string, sql: string, { bare = false } = {}): string {
    const state = join(home.path, name);
    cpSync(station.state, state, { recursive: true });
    const file = join(state, 'ledger/ledger.sqlite');
    const db = new DatabaseSync(file);
    const triggers = db.prepare("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all();
    for (const trigger of triggers) db.exec(`DROP TRIGGER ${String(trigger['name'])}`);
    const { changes } = db.prepare(sql).run();
    expect(changes, sql).toBeGreaterThan(0);
    if (!bare) for (const trigger of triggers) db.exec(String(trigger['sql']));
    db.close();
    return file;
  }

  it('what must stay is refused by the ledger itself, as long as its triggers stand', () => {
    const state = join(home.path, 'plain');
    cpSync(station.state, state, { recursive: true });
    const db = new DatabaseSync(join(state, 'ledger/ledger.sqlite'));
    for (const sql of [
      'UPDATE retention_terms SET floor_ms = 1',
      "UPDATE retention_terms SET floor_kind = 'none'",
      'DELETE FROM retention_terms',
      "UPDATE retention_schedules SET text = 'x'",
      'DELETE FROM retention_schedules',
      'DELETE FROM tombstones',
      "UPDATE tombstones SET approved_by = 'usr-nobody'",
      'DELETE FROM disposals',
      'DELETE FROM disposal_items',
      'DELETE FROM duties',
      'DELETE FROM custody',
      "UPDATE custody SET actor = 'x'",
    ])
      expect(() => db.exec(sql), sql).toThrow(/append-only|never deleted|does not fall/);
    db.close();
  });

  it.each([
    ['a term', "UPDATE retention_terms SET earned_until = 1, floor_ms = 1, floor_kind = 'instant'", 'retention_terms'],
    ['a correction that nobody approved', "UPDATE retention_corrections SET state = 'approved'", 'retention_corrections'],
    ['a shorter schedule', "UPDATE retention_schedules SET text = replace(text, 'P10D', 'P1D')", 'retention_schedules'],
    ['a schedule in force no more', "UPDATE retention_schedules SET state = 'former' WHERE state = 'in-force'", 'retention_schedules'],
    ['a hold that is over', 'UPDATE holds SET released_at = 1', 'holds'],
    ['what a hold has reached', 'DELETE FROM hold_recordings', 'hold_recordings'],
    ['an approval', "UPDATE disposals SET approved_by = 'usr-nobody', waits_until = 1", 'disposals'],
    ['what became of a recording on a list', "UPDATE disposal_items SET state = 'listed'", 'disposal_items'],
    ['who approved what is gone', "UPDATE tombstones SET approved_by = 'usr-nobody'", 'tombstones'],
    ['a tombstone that is away', 'DELETE FROM tombstones', 'tombstones'],
    ['a lock that is over', 'UPDATE copies SET locked_until = 1, legal_hold = 1', 'copies'],
    ['a duty that is done', "UPDATE duties SET state = 'done', done_at = 1 WHERE state <> 'done'", 'duties'],
  ])('%s: the log says otherwise', (what, sql, table) => {
    const tables = new Set(contradictionsIn(changed(what.replaceAll(' ', '-'), sql)).map((each) => each.table));
    expect([...tables]).toEqual([table]);
  });

  it.each([
    [
      'a ledger without its triggers',
      'bare',
      "UPDATE retention_terms SET floor_kind = 'none'",
      /trigger retention_terms_never_fall is missing/,
    ],
    [
      'a log that was cut',
      'cut',
      'DELETE FROM custody WHERE seq > (SELECT max(seq) - 5 FROM custody)',
      /not the one that the station wrote last/,
    ],
  ])('%s does not start', async (_, name, sql, why) => {
    changed(name, sql, { bare: name === 'bare' });
    const other = new ShiftedStation(join(home.path, name), { config: join(home.path, 'station.yaml'), env: ENGLISH }).on(DUE + 2);
    await expect(other.start().finally(() => other.stop())).rejects.toThrow(why);
  });
});
