/*
 * Goal: kill -9 while originals leave the vault or come back, or playable copies leave it, loses nothing, and what is said of them stays true.
 * Method: a card is taken in and archived on a disk. The real daemon, whose high-water mark lies below what the disk holds, evicts everything, and kills itself
 * at each write; the next one ends it. One that is left alone runs under strace. Where only playable copies are left, the same. Then a command fetches a recording
 * back and kills itself at each write; the same command once more ends that.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { FaultPoint } from '#ports/fault-points';
import { expectWhole } from '../support/card/card-check.ts';
import { makeSmallCard } from '../support/card/small-card.ts';
import { evidock, evidockJson, type RecordingJson, ROOT, temporaryDirectory } from '../support/evidock.ts';
import { partOfToday } from '../support/part-of-today.ts';
import { destroyedIn, isSealed, straceTo, touchedIn, tracerEnded } from '../support/station/traced.ts';

const EVICTING: readonly FaultPoint[] = ['w34-destruction-intended', 'w35-copy-erased', 'w36-destruction-recorded'];
const FETCHING: readonly FaultPoint[] = ['w30-fetch-begun', 'w31-fetch-flushed', 'w32-fetched-linked', 'w33-fetched-recorded'];

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let card: string;
let taken: string;
/** No original is left in its vault, but every playable copy. */
let emptied: string;

/** Above these marks is every disk that holds this program. */
const EMPTYING = { EVIDOCK_EVICTION_HIGH_WATER: '1', EVIDOCK_EVICTION_LOW_WATER: '0', EVIDOCK_EVICTION_EVERY_SECONDS: '1' };

beforeAll(async () => {
  home = await temporaryDirectory();
  card = join(home.path, 'card');
  await makeSmallCard(card);
  taken = join(home.path, 'taken');
  const ingest = ['--state', taken, 'ingest', card, '--slot', '1', '--serial', 'T000001', '--wait'];
  const { status, stderr } = await evidock(ingest, { env: archiveOf(taken) });
  expect(status, stderr).toBe(0);
  emptied = join(home.path, 'emptied');
  await copied(taken, emptied);
  // Where the archive takes no derivatives, none leaves the vault.
  await evictAll(emptied, { env: { EVIDOCK_ARCHIVE_DERIVATIVES: 'false' }, playables: playablesIn(taken).length });
}, 540_000);
afterAll(() => home.remove());

describe('kill -9 while originals are evicted', () => {
  it.each(partOfToday(EVICTING, 3))(
    '%s',
    async (point) => {
      const state = join(home.path, point);
      await copied(taken, state);
      expect(await ended(run(state, { ...EMPTYING, EVIDOCK_FAULT_POINT: point }))).toBe('SIGKILL');
      await evictAll(state);
      expect(originalsIn(state)).toEqual([]);
      const recordings = await expectWhole(state, card, archiveOf(state));
      if (point !== 'w35-copy-erased') return;
      for (const { id } of recordings)
        expect((await evidock(['--state', state, 'recording', 'fetch', id], { env: archiveOf(state) })).status).toBe(0);
      expect(originalsIn(state).length).toBe(counted(state).sealed);
      await expectWhole(state, card, archiveOf(state));
    },
    480_000,
  );
});

describe('kill -9 while playable copies are evicted', () => {
  it.each(partOfToday(['w34-destruction-intended', 'w35-copy-erased'] as const, 2))(
    '%s',
    async (point) => {
      const state = join(home.path, `playable-${point}`);
      await copied(emptied, state);
      const before = playablesIn(state).length;
      expect(before).toBeGreaterThan(1);
      expect(await ended(run(state, { ...EMPTYING, EVIDOCK_FAULT_POINT: point }))).toBe('SIGKILL');
      expect(playablesIn(state).length).toBe(point === 'w35-copy-erased' ? before - 1 : before);
      expect(counted(state)).toMatchObject({ playables: before, destructions: 1 });
      await evictAll(state);
      expect(playablesIn(state)).toEqual([]);
      const recordings = await expectWhole(state, card, archiveOf(state));
      const { id } = recordings.find(({ playable }) => playable) ?? expect.fail('nothing plays');
      const shown = await evidock(['--state', state, 'recording', id], { env: archiveOf(state) });
      expect(shown.stdout).toMatch(/playable copy .*archive only\n/);
      expect(shown.stdout).toContain('the playable copy was removed from the vault');
      // The command compares what it saves with the digest on record.
      const played = await evidock(['--state', state, 'play', id, '--out', `${state}.mp4`], { env: archiveOf(state) });
      expect(played.status, played.stderr).toBe(0);
    },
    600_000,
  );
});

it('eviction removes exactly what the log has as destroyed: originals of the vault and playable copies, and nothing else', async () => {
  const state = join(home.path, 'traced');
  await copied(taken, state);
  const trace = join(home.path, 'trace');
  // The tracer is a child, so that the signal which ends the daemon comes to the daemon.
  const playables = playablesIn(state);
  await evictAll(state, { under: ['strace', '-D', ...straceTo(trace)] });
  await tracerEnded(trace);
  const roots = [join(state, 'vault'), `${state}-archive`];
  const touched = touchedIn(trace, roots);
  const destroyed = destroyedIn(join(state, 'ledger/ledger.sqlite'));
  expect(destroyed.filter(({ place }) => place !== 'vault')).toEqual([]);
  // In which order is for src/evict/playable.test.ts: an original that the scrub reads at that moment goes later than a playable copy.
  const pathsOf = (wanted: string) => destroyed.filter(({ what }) => what === wanted).map(({ key }) => join(state, 'vault', key));
  expect(pathsOf('original')).toHaveLength(counted(state).sealed);
  expect(pathsOf('derivative').sort()).toEqual(playables.sort());
  const paths = destroyed.map(({ key }) => join(state, 'vault', key));
  const removed = touched.filter((each) => isSealed(each) || !/\.partial$|\/custody\/|ledger-head\.json/.test(each.path));
  expect(removed.map(({ by, call, path }) => `${by} ${call} ${path}`).sort()).toEqual(
    paths.map((path) => `libuv-worker unlink ${path}`).sort(),
  );
}, 600_000);

describe('kill -9 while an original comes back', () => {
  it.each(partOfToday(FETCHING, 4))(
    '%s',
    async (point) => {
      const state = join(home.path, point);
      await copied(emptied, state);
      const listed = await evidockJson<RecordingJson[]>(['--state', state, 'recordings'], { env: archiveOf(state) });
      const id = listed.toSorted((a, b) => (b.originals[0]?.bytes ?? 0) - (a.originals[0]?.bytes ?? 0))[0]?.id ?? '';
      const fetch = ['--state', state, 'recording', 'fetch', id];
      const killed = await evidock(fetch, { env: { ...archiveOf(state), EVIDOCK_FAULT_POINT: point } });
      expect(`${killed.signal ?? killed.status} ${killed.stderr.slice(-2000)}`).toMatch(/^(SIGKILL|137)/);
      // What is on record is true at any moment.
      await expectWhole(state, card, archiveOf(state));
      const again = await evidock(fetch, { env: archiveOf(state) });
      expect(again.status, again.stderr).toBe(0);
      expect(counted(state).fetches).toBe(0);
      expect(originalsIn(state).some((path) => path.includes(id))).toBe(true);
      expect(readdirSync(join(state, 'vault'), { recursive: true }).filter((path) => String(path).endsWith('.partial'))).toEqual([]);
      await expectWhole(state, card, archiveOf(state));
    },
    600_000,
  );
});

/** Each station has an archive of its own, because that notes how far its ledger is. */
const archiveOf = (state: string) => ({ EVIDOCK_ARCHIVE_KIND: 'disk', EVIDOCK_ARCHIVE_DIRECTORY: `${state}-archive` });

async function copied(from: string, to: string): Promise<void> {
  for (const end of ['', '-archive']) await cp(`${from}${end}`, `${to}${end}`, { recursive: true });
}

function run(state: string, env: Record<string, string>, under: readonly string[] = []): ChildProcess {
  const all = { ...process.env, EVIDOCK_HTTP_PORT: '0', ...archiveOf(state), ...env };
  const [program = '', ...args] = [...under, join(ROOT, 'scripts/evidock'), '--state', state, 'run'];
  return spawn(program, args, {
    stdio: 'ignore',
    env: all,
    timeout: 240_000,
    killSignal: 'SIGKILL',
  });
}

async function ended(child: ChildProcess): Promise<string | number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.signalCode ?? child.exitCode;
}

/** Lets the daemon run until nothing is left that may be evicted. */
async function evictAll(
  state: string,
  { env = {}, under = [], playables = 0 }: { env?: Record<string, string>; under?: readonly string[]; playables?: number } = {},
): Promise<void> {
  const daemon = run(state, { ...EMPTYING, ...env }, under);
  const wanted = { timeout: 200_000, interval: 200 };
  await vi.waitFor(() => expect(counted(state)).toMatchObject({ resident: 0, playables, destructions: 0 }), wanted);
  daemon.kill('SIGTERM');
  expect(await ended(daemon)).toBe(0);
}

function counted(state: string) {
  const raw = new DatabaseSync(join(state, 'ledger', 'ledger.sqlite'), { readOnly: true });
  try {
    const count = (from: string) => Number(raw.prepare(`SELECT count(*) AS n FROM ${from}`).get()?.['n']);
    return {
      sealed: count("originals WHERE state = 'sealed' AND bytes > 0"),
      resident: count("originals WHERE state = 'sealed' AND evicted_at IS NULL AND bytes > 0"),
      playables: count("derivatives WHERE kind = 'playable' AND evicted_at IS NULL"),
      destructions: count('destructions'),
      fetches: count('fetches'),
    };
  } finally {
    raw.close();
  }
}

/** Originals with bytes that the vault holds. */
const originalsIn = (state: string) => filesIn(state, (name) => /^original-\d+\.\w+$/.test(name) && !name.endsWith('.blocks'));
const playablesIn = (state: string) => filesIn(state, (name) => name.startsWith('playable.'));

function filesIn(state: string, isMeant: (name: string) => boolean): string[] {
  return readdirSync(join(state, 'vault'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && isMeant(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}
