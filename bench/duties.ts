import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import { openLedger } from '#adapters/sqlite-ledger/ledger';
import { type LookDeps, lookAtRecordings, lookAtStation } from '#desk/duties/look';
import { STATION_ID } from '#test/support/builders';
import { loadLedger } from './ledger-load.ts';
import type { Row } from './row.ts';

const RECORDINGS = Number(process.env['EVIDOCK_BENCH_RECORDINGS'] ?? 100_000);
/** Every so many numbers of a counter, three are missing. */
const GAP_EVERY = 500;
/** Set before measuring: a look takes up to 50,000 recordings each minute, and a quarter of a core is enough for it. Seconds of the processor. */
const SECONDS_PER_50_000_MAX = 15;
/** Set before measuring: nobody at a screen notices it. */
const BLOCKED_MS_MAX = 100;
const NS_PER_MS = 1e6;
const DAY_MS = 86_400_000;
const FAR_MS = 10_000 * DAY_MS;

/** Gives each file its number on the card of its recorder, with gaps. */
function number(file: string): void {
  const raw = new DatabaseSync(file);
  try {
    raw.exec(`UPDATE originals SET take = json_object('sequence', counted.place, 'sequenceMax', 99999999, 'contiguousMs', 2000,
        'durationMs', NULL, 'containerMs', NULL)
      FROM (SELECT id, row_number() OVER of_recorder + 3 * (row_number() OVER of_recorder / ${GAP_EVERY}) AS place FROM originals
        WINDOW of_recorder AS (PARTITION BY recorder_serial ORDER BY mtime_ms, id)) AS counted WHERE counted.id = originals.id`);
  } finally {
    raw.close();
  }
}

/** The walk of the keeper of duties over all recordings of a ledger: once with gaps in the numbers to be found, and once with nothing new. */
export async function benchDuties(): Promise<readonly Row[]> {
  const directory = await mkdtemp(join(tmpdir(), 'evidock-bench-duties-'));
  try {
    const file = join(directory, 'ledger.sqlite');
    await loadLedger(file, { recordings: RECORDINGS, cases: 5000, officers: 2000, units: 200, recorders: 100 });
    number(file);
    const ledger = await openLedger({ file, stationId: STATION_ID });
    try {
      const deps: LookDeps = {
        ...{ ledger, clock: { nowMs: () => Date.now() }, clockWatch: { state: () => ({ kind: 'steady' }) }, archive: null },
        ...{ stationId: STATION_ID, schedule: async () => null, scrub: { vaultMs: 90 * DAY_MS, archiveMs: 180 * DAY_MS } },
        ...{ machine: { state: () => null, limits: { wearPercent: 90, fullWithinMs: DAY_MS, answerMs: DAY_MS } }, heartbeat: null },
        limits: { lateMs: FAR_MS, untaggedMs: FAR_MS, archiveMs: FAR_MS, absentMs: FAR_MS, clockMs: FAR_MS, answerMs: DAY_MS },
      };
      const first = await walk(deps);
      const opened = (await ledger.duties.counts(Date.now())).reduce((sum, { open }) => sum + open, 0);
      const again = await walk(deps);
      const of = `${RECORDINGS} recordings of a ledger file, each with a numbered file, 100 recorders`;
      const limitFor = (RECORDINGS / 50_000) * SECONDS_PER_50_000_MAX;
      const time = { unit: 's', limit: `≤ ${limitFor} s` };
      const free = { unit: 'ms', limit: `≤ ${BLOCKED_MS_MAX} ms` };
      return [
        {
          name: 'duties: first walk, processor',
          ours: first.seconds,
          ...time,
          ok: first.seconds <= limitFor,
          note: `${of}; ${opened} duties opened; ${took(first)}`,
        },
        {
          name: 'duties: walk with nothing new, processor',
          ours: again.seconds,
          ...time,
          ok: again.seconds <= limitFor,
          note: `${of}; ${took(again)}`,
        },
        {
          ...{ name: 'duties: how long nothing else runs, p99.9', ours: again.blockedMs, ...free, ok: again.blockedMs <= BLOCKED_MS_MAX },
          note: `delay of the event loop during that walk; the longest was ${again.longestMs.toFixed(0)} ms`,
        },
      ];
    } finally {
      await ledger.close();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

interface Walk {
  /** Of the processor. */
  readonly seconds: number;
  readonly elapsedS: number;
  readonly blockedMs: number;
  readonly longestMs: number;
}

const took = ({ elapsedS }: Walk) => `${elapsedS.toFixed(0)} s by the clock`;

async function walk(deps: LookDeps): Promise<Walk> {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const [begun, used] = [performance.now(), process.cpuUsage()];
  await lookAtStation(deps);
  for (let after: string | null = ''; after !== null; ) after = await lookAtRecordings(deps, after);
  const { user, system } = process.cpuUsage(used);
  delay.disable();
  const blocked = { blockedMs: delay.percentile(99.9) / NS_PER_MS, longestMs: delay.max / NS_PER_MS };
  return { seconds: (user + system) / 1e6, elapsedS: (performance.now() - begun) / 1000, ...blocked };
}

if (import.meta.main) console.table(await benchDuties(), ['name', 'ours', 'limit', 'unit', 'ok', 'note']);
