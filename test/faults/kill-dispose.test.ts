/*
 * Goal: kill -9 in the middle of a disposal leaves no recording of which something is gone without an entry that says so; the disposal goes on, or is wound back; and its certificate tells
 * exactly what is gone. Method: an approved list of a real station with an archive on a disk; at each write the daemon kills itself; then the list is run again, or ended. Once it is left alone, under strace.
 */
import { existsSync, readdirSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openLedger } from '#adapters/sqlite-ledger/ledger';
import type { DisposalItemAnswer } from '#api/retention/disposals';
import { approveDisposal } from '#desk/disposals/decide';
import type { By } from '#desk/disposals/parts';
import { proposeDisposal } from '#desk/disposals/propose';
import type { Disposal } from '#domain/destruction/disposal';
import type { FaultPoint } from '#ports/fault-points';
import { makeQuickCard } from '#test/support/card/quick-card';
import { quickDisposals } from '#test/support/disposal';
import { type RecordingJson, runProgram, temporaryDirectory } from '#test/support/evidock';
import { contradictionsIn } from '#test/support/ledger/replayed';
import { inForce } from '#test/support/retention/adopted';
import { ShiftedStation } from '#test/support/station/shifted-station';
import { destroyedIn, isSealed, straceTo, touchedIn } from '#test/support/station/traced';

const DAY_MS = 86_400_000;
const STATION_ID = 'kill1';
/** The list was approved a day from now, and waits a day. */
const RUN = 3;
const WANG: By = { actor: { kind: 'user', id: 'usr-wang', via: 'network', session: null }, person: 'usr-wang', roles: ['custodian'] };
const LI: By = { actor: { kind: 'user', id: 'usr-li', via: 'network', session: null }, person: 'usr-li', roles: ['reviewer'] };

/** The station of the test that runs. */
let running: ShiftedStation | null = null;
let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let approved: string;
let list: Disposal;
let recordings: readonly RecordingJson[];

const archiveOf = (state: string) => `${state}-archive`;
const stationOf = (state: string) =>
  new ShiftedStation(state, {
    env: {
      ...{ EVIDOCK_ARCHIVE_KIND: 'disk', EVIDOCK_ARCHIVE_DIRECTORY: archiveOf(state), EVIDOCK_STATION_ID: STATION_ID },
      EVIDOCK_STATION_TIMEZONE: 'Asia/Shanghai',
      ...{ EVIDOCK_RETENTION_WAITING: '1', EVIDOCK_DISPOSAL_WAIT_DAYS: '1' },
    },
  });

const openedLedger = (state: string, day: number) => {
  const clock = { nowMs: () => Date.now() + day * DAY_MS };
  return openLedger({ file: join(state, 'ledger/ledger.sqlite'), stationId: STATION_ID, clock, demandsCustody: true });
};

/** Everything that is due, on a list that two people made on this day. */
async function approvedList(state: string, day: number): Promise<Disposal> {
  const clock = { nowMs: () => Date.now() + day * DAY_MS };
  const ledger = await openedLedger(state, day);
  const disposals = quickDisposals(join(state, 'vault'), { waitMs: DAY_MS });
  const callUps = { ways: [], wake: () => undefined };
  const deps = { ledger, clock, facts: { stationId: STATION_ID }, disposals, callUps, pokeWork: () => undefined };
  const made = await proposeDisposal(deps, { dueBeforeMs: clock.nowMs(), limit: 100, reviewers: async () => [] }, WANG);
  await approveDisposal(deps, made, LI);
  await ledger.close();
  return made;
}

/** The station with the approved list, on the day on which it may be run. */
async function copyOf(state: string): Promise<ShiftedStation> {
  await cp(approved, state, { recursive: true });
  await cp(archiveOf(approved), archiveOf(state), { recursive: true });
  return stationOf(state).on(RUN);
}

beforeAll(async () => {
  home = await temporaryDirectory();
  approved = join(home.path, 'approved');
  await makeQuickCard(join(home.path, 'card'));
  const station = stationOf(approved);
  await station.say('ingest', join(home.path, 'card'), '--slot', '1', '--serial', 'T000001', '--wait');
  recordings = await station.json<RecordingJson[]>('recordings');
  const file = join(approved, 'ledger/ledger.sqlite');
  // What the names of the files say is long ago: everything is due at once.
  await inForce({ file, stationId: STATION_ID, atMs: Date.now() }, { month: { minimum: 'P30D', start: 'recorded' } });
  list = await approvedList(approved, 1);
  const ledger = await openedLedger(approved, 1);
  const listed = new Set((await ledger.disposals.items(list.id, { limit: 100 })).map(({ recordingId }) => recordingId));
  // The log has no time of its own, so it counts from its docking and is not due.
  recordings = recordings.filter(({ id }) => listed.has(id));
  expect(recordings).toHaveLength(3);
  await ledger.close();
}, 600_000);
afterEach(() => running?.stop());
afterAll(() => home.remove());

it('a disposal removes exactly what the log has as destroyed, in the order of the log', async () => {
  const state = join(home.path, 'traced');
  const station = await copyOf(state);
  const trace = join(home.path, 'trace');
  const done = await station.run(['disposal', 'run', list.id], {}, ['strace', ...straceTo(trace)]);
  expect(done.status, done.stderr).toBe(0);
  const destroyed = destroyedIn(join(state, 'ledger/ledger.sqlite'));
  const rootOf = (place: string) => (place === 'vault' ? join(state, 'vault') : archiveOf(state));
  const touched = touchedIn(trace, [rootOf('vault'), rootOf('disk')]);
  const ofFootage = touched.filter(({ path }) => path.includes('/rec-'));
  expect(ofFootage.filter(isSealed).length).toBe(4 * recordings.reduce((sum, { originals }) => sum + originals.length, 0));
  expect(ofFootage.map(({ by, call, path }) => `${by} ${call} ${path}`)).toEqual(
    destroyed.map(({ place, key }) => `libuv-worker unlink ${join(rootOf(place), key)}`),
  );
  expect(touched.filter((each) => !ofFootage.includes(each) && !/\.partial$|\/custody\/|ledger-head\.json/.test(each.path))).toEqual([]);
}, 600_000);

const ENDED: readonly (readonly [FaultPoint, number, 'run' | 'cancel'])[] = [
  ['w34-destruction-intended', 1, 'run'],
  ['w35-copy-erased', 1, 'run'],
  // Of one recording go in this order: derivative, facts in the archive, original in the vault, original in the archive, what belongs to it.
  ['w35-copy-erased', 1, 'cancel'],
  ['w35-copy-erased', 3, 'cancel'],
  ['w36-destruction-recorded', 4, 'cancel'],
  ['w37-recording-buried', 1, 'cancel'],
];

describe('kill -9 while a list is carried out', () => {
  it.each(ENDED)(
    '%s the %ith time, then %s',
    async (point, nth, then) => {
      const state = join(home.path, `${point}-${nth}-${then}`);
      const station = await copyOf(state);
      running = station;
      await station.start({ EVIDOCK_FAULT_POINT: `${point}:${nth}` });
      expect((await station.run(['disposal', 'run', list.id])).status).toBe(1);
      expect(await station.ended()).toBe('SIGKILL');
      expectAccounted(state);
      await station.start();
      if (then === 'run') await station.say('disposal', 'run', list.id);
      else await station.say('disposal', 'cancel', list.id, '--reason', 'Wrong week.');
      expectAccounted(state);
      const items = await station.json<DisposalItemAnswer[]>('disposal', 'review', list.id);
      const gone = items.filter((item) => item.state === 'destroyed').map(({ recording }) => recording);
      const buried = point === 'w37-recording-buried' ? 1 : 0;
      expect(gone.length).toBe(then === 'run' ? recordings.length : buried);
      expect(filesIn(state).filter((path) => gone.some((id) => path.includes(id)))).toEqual([]);
      // What was destroyed of a recording that stays is made again.
      await vi.waitFor(() => expect(openWork(state)).toEqual([]), { timeout: 60_000, interval: 200 });
      await station.say('verify');
      if (gone.length > 0) await expectCertificate(station, state, gone);
      await station.stop();
      expect(contradictionsIn(join(state, 'ledger/ledger.sqlite'))).toEqual([]);
    },
    900_000,
  );

  it('w35-copy-erased in vault and archive, then cancel: the loss is named, and a later list ends what the first began', async () => {
    const state = join(home.path, 'lost');
    const station = await copyOf(state);
    running = station;
    await station.start({ EVIDOCK_FAULT_POINT: 'w35-copy-erased:5' });
    expect((await station.run(['disposal', 'run', list.id])).status).toBe(1);
    expect(await station.ended()).toBe('SIGKILL');
    await station.start();
    await station.say('disposal', 'cancel', list.id, '--reason', 'Wrong week.');
    expectAccounted(state);
    const verified = await station.run(['verify']);
    expect([verified.status, verified.stdout]).toEqual([1, expect.stringMatching(/archived, but no copy of this file is on record/)]);
    await station.stop();
    expect(contradictionsIn(join(state, 'ledger/ledger.sqlite'))).toEqual([]);
    const again = await approvedList(state, RUN);
    const later = stationOf(state).on(RUN + 2);
    running = later;
    await later.start();
    await later.say('disposal', 'run', again.id);
    const items = await later.json<DisposalItemAnswer[]>('disposal', 'review', again.id);
    expect(items.map((item) => item.state)).toEqual(recordings.map(() => 'destroyed'));
    await later.say('verify');
    await later.stop();
    expect(contradictionsIn(join(state, 'ledger/ledger.sqlite'))).toEqual([]);
  }, 900_000);
});

async function expectCertificate(station: ShiftedStation, state: string, gone: readonly string[]): Promise<void> {
  const file = join(state, 'certificate.pdf');
  await station.say('disposal', 'certificate', list.id, '--out', file);
  const printed = await runProgram('pdftotext', ['-raw', file, '-']);
  // Where a line is broken is of no matter.
  const stdout = printed.stdout.replace(/\s+/g, '');
  for (const { id, originals } of recordings) {
    expect([id, stdout.includes(id)]).toEqual([id, gone.includes(id)]);
    for (const { sha256 } of gone.includes(id) ? originals : []) expect(stdout).toContain(sha256);
  }
}

/** Work that waits or runs. */
function openWork(state: string): readonly unknown[] {
  const raw = new DatabaseSync(join(state, 'ledger/ledger.sqlite'), { readOnly: true });
  try {
    return raw.prepare("SELECT id, state FROM work WHERE state NOT IN ('done', 'failed')").all();
  } finally {
    raw.close();
  }
}

/** What vault and archive hold of footage, as `vault/…` and `archive/…`. */
function filesIn(state: string): readonly string[] {
  const below = (root: string, name: string) =>
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\/rec-/.test(entry.parentPath))
      .map((entry) => join(name, join(entry.parentPath, entry.name).slice(root.length)));
  return [...below(join(state, 'vault'), 'vault'), ...below(archiveOf(state), 'archive')];
}

/** Each original and manifest is in both places, or an entry of this list says of that place that it is gone or was about to go. */
function expectAccounted(state: string): void {
  const raw = new DatabaseSync(join(state, 'ledger/ledger.sqlite'), { readOnly: true });
  try {
    const originals = raw.prepare("SELECT id, vault_key AS key FROM originals WHERE state = 'sealed'").all() as {
      id: string;
      key: string;
    }[];
    const entries = raw.prepare("SELECT type, CAST(bytes AS TEXT) AS body FROM custody WHERE type LIKE 'copy.%'").all() as {
      type: string;
      body: string;
    }[];
    for (const { id, key } of originals)
      for (const [place, root] of [
        ['vault', join(state, 'vault')],
        ['disk', archiveOf(state)],
      ] as const) {
        const told = entries.filter(
          ({ body }) => body.includes(id) && body.includes(list.id) && body.includes(key) && body.includes(`"${place}"`),
        );
        const is = (type: string) => told.some((entry) => entry.type === type);
        const there = existsSync(join(root, key));
        // Gone: an entry says so. There: none does.
        expect([id, place, there ? is('copy.destroyed') : is('copy.destroying')]).toEqual([id, place, !there]);
      }
  } finally {
    raw.close();
  }
}
