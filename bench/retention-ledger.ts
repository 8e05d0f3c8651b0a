import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { openLedger, type SqliteLedger } from '#adapters/sqlite-ledger/ledger';
import { dryRun } from '#desk/retention/dry-run';
import { loadCalendar } from '#desk/retention/read-holidays';
import { type Calendars, versionReader } from '#desk/retention/read-version';
import { ScheduleShelf } from '#desk/retention/schedule-shelf';
import { proposeSchedule } from '#desk/retention/versions';
import { STATION } from '#domain/custody/actor';
import { STATION_ID } from '#test/support/builders';
import { dryRunThread } from '../src/station/retention/dry-run-thread.ts';
import { type LedgerSize, loadLedger } from './ledger-load.ts';
import type { Row } from './row.ts';

const SIZE: LedgerSize = {
  recordings: Number(process.env['EVIDOCK_BENCH_RECORDINGS'] ?? 1_000_000),
  cases: 50_000,
  officers: 2_000,
  units: 200,
  recorders: 600,
};
/** Set before measuring, in the issue. */
const SECONDS_MAX = 30;
/** Set before measuring: nobody at a screen notices it. */
const BLOCKED_MS_MAX = 50;
const NS_PER_MS = 1e6;
const CHINA = readFileSync(new URL('../config/retention/china.yaml', import.meta.url), 'utf8');
const BY = { actor: STATION, person: 'bench' };
const clock = { nowMs: () => Date.now() };

/** The dry run of a schedule on a ledger of a million recordings, another one in force, no term counted yet: what costs most. */
export async function benchDryRun(): Promise<Row[]> {
  const directory = await mkdtemp(join(tmpdir(), 'evidock-bench-retention-'));
  try {
    const file = join(directory, 'ledger.sqlite');
    await loadLedger(file, SIZE);
    const ledger = await openLedger({ file, stationId: STATION_ID });
    try {
      return await measured(ledger, file);
    } finally {
      await ledger.close();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function measured(ledger: SqliteLedger, file: string): Promise<Row[]> {
  const calendars = await calendarsOf();
  const read = versionReader(calendars);
  // As the station does it.
  const tally = dryRunThread({ file, calendars });
  const shelf = new ScheduleShelf(read);
  const former = await proposeSchedule({ ledger, clock, read }, { text: CHINA, by: BY });
  await ledger.transaction(async (writer) => {
    const by = { by: STATION, atMs: clock.nowMs() };
    await writer.retention.decide(former.version, { from: ['proposed'], state: 'adopted', ...by, inForceAtMs: by.atMs, turn: 1 });
    await writer.retention.decide(former.version, { from: ['adopted'], state: 'in-force', ...by, turn: 2 });
  });
  const { version } = await proposeSchedule({ ledger, clock, read }, { text: CHINA.replace('minimum: P6M', 'minimum: P1Y'), by: BY });
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const begun = performance.now();
  let recordings = 0;
  const given = { version, actor: STATION, signal: new AbortController().signal };
  for await (const line of dryRun({ ledger, clock, shelf, waitingDays: 7, tally }, given))
    if (line.type === 'progress') ({ recordings } = line);
  const seconds = (performance.now() - begun) / 1000;
  delay.disable();
  const blockedMs = delay.percentile(99.9) / NS_PER_MS;
  const note = `${recordings} recordings of a ledger file, config/retention/china.yaml against itself with a year for six months; no term counted before`;
  return [
    { name: 'dry run of a schedule', ours: seconds, unit: 's', limit: `≤ ${SECONDS_MAX} s`, ok: seconds <= SECONDS_MAX, note },
    {
      ...{ name: 'dry run: how long nothing else runs, p99.9', ours: blockedMs, unit: 'ms', limit: `≤ ${BLOCKED_MS_MAX} ms` },
      ...{ ok: blockedMs <= BLOCKED_MS_MAX, note: 'delay of the event loop during the same run' },
    },
  ];
}

async function calendarsOf(): Promise<Calendars> {
  const of = (holidays: 'china' | 'own') => loadCalendar({ zone: 'Asia/Shanghai', holidays, directory: '' });
  return { china: await of('china'), own: await of('own') };
}

if (import.meta.main) console.table(await benchDryRun(), ['name', 'ours', 'limit', 'unit', 'ok', 'note']);
