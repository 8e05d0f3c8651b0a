/*
 * Goal: the custody log alone makes every row that docs/design.md ("What the log rebuilds") calls replayed, whatever has happened. Method: random lives of a station
 * (cards docked, pulled and changed, files that cannot be read, cases, officers, tags, derivatives, archive, restarts) go through the real stages and use-cases; then a
 * second ledger is built from the entries and compared with the first, row by row and column by column. Lives are made of plain values: what they should come to is not known here.
 */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { entriesIn } from '#adapters/sqlite-ledger/replay/lines';
import { ReplayStore } from '#adapters/sqlite-ledger/replay/store';
import type { UserChange } from '#domain/people/rules';
import { rebuiltColumns } from '#test/support/ledger/rebuilt-columns';
import { temporaryDirectory } from '../support/evidock.ts';
import { type Deed, livingStation } from '../support/station/living-station.ts';

const RUNS = 8;

const pick = <const T extends readonly unknown[]>(...values: T) => fc.constantFrom(...values) as fc.Arbitrary<T[number]>;
const which = fc.nat(7);
const officer = pick('041234', '041235', '058001');
const number = pick('LY-2026-0012', 'LY-2026-0013', '041234', '案件-7');
const serial = pick('DSJ0012345', 'DSJ0012346', 'GP-7');
const words = pick('West Lake Road 12', '西湖路', '', 'x'.repeat(300));

const file = fc.record({
  name: pick(
    'DCIM/20260620/DSJ0012345_041234_20260620153000_0007A.MP4',
    'DCIM/20260620/DSJ0012345_041234_20260620160000_0007B.MP4',
    'DCIM/20260620/DSJ0012345_041234_20260620120000_0001.JPG',
    'DCIM/20260620/DSJ0012345_041234_20260620120000_0001_IMP.JPG',
    'DCIM/20260621/DSJ0012346_058001_20260621090000_0003.MP4',
    'DCIM/20260620/DSJ0012345_000000_20260620170000_0002.WAV',
    'LOG/20260620.log',
    '$RECYCLE.BIN/S-1-5/DSJ0012345_041234_20260620180000_0009.MP4',
    'whatever.bin',
  ),
  bytes: pick(0, 10, 5000, 200_000),
  content: fc.nat(2),
  minute: pick(0, 0, 0, 7),
  /** `never`: it cannot be opened; `gap`: some of it cannot be read. */
  read: pick('whole', 'whole', 'whole', 'whole', 'never', 'gap'),
});

const dock = fc.record({
  do: fc.constant('dock' as const),
  serial,
  slot: pick(1, 2),
  files: fc.uniqueArray(file, { minLength: 1, maxLength: 6, selector: ({ name }) => name }),
  refused: fc.array(pick('DCIM/link', 'DCIM/pipe'), { maxLength: 2 }),
  pull: fc.boolean(),
});

/** Accounts, units and rosters. Units have the name that officers are written with, or another. */
function peopleDeed(): fc.Arbitrary<Deed> {
  const account = pick('wang', 'li');
  const unit = pick('Squad 3', 'Bureau');
  const roles = pick(['officer'], ['reviewer', 'officer'], ['security-administrator'], []);
  const change = fc.record(
    {
      name: pick('Li', 'Wang'),
      officer: pick(null, '041235'),
      unit: pick(null, 'Squad 3', 'Bureau'),
      roles,
      state: pick('active', 'suspended', 'left'),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<UserChange>;
  const rows = fc.uniqueArray(
    pick('wang,Wang,,Bureau/Squad 3,officer,', 'li,Li,041235,,,', 'zhao,Zhao,,Bureau,security-administrator,active'),
    {
      minLength: 1,
      maxLength: 3,
    },
  );
  return fc.oneof(
    { weight: 1, arbitrary: fc.record({ do: fc.constant('unit' as const), name: unit, parent: pick(null, 'Bureau') }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('other-unit' as const),
        unit,
        name: pick(undefined, 'Squad 4'),
        closed: pick(undefined, true, false),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('user' as const), account, officer: pick(null, '058001'), unit: pick(null, 'Bureau') }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('other-user' as const), account, change }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('set-up' as const), account, used: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('roster' as const), rows }) },
  );
}

const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 4, arbitrary: dock },
  fc.record({ do: fc.constant('officer' as const), id: officer, name: pick('Li Wei', '王建国'), unit: pick(null, 'Squad 3') }),
  fc.record({ do: fc.constant('recorder' as const), serial, model: pick(null, 'DSJ-X1', 'X2'), officer: pick(null, '041234') }),
  fc.record({ do: fc.constant('assign' as const), serial, officer: pick(null, '041234', '058001') }),
  fc.record({
    do: fc.constant('case' as const),
    number,
    title: words.filter((text) => text !== ''),
    stage: pick('filing', 'evidence', 'decision'),
    category: pick(null, 'penalty', 'permit'),
    officers: fc.uniqueArray(officer, { maxLength: 2 }),
    events: fc.array(fc.record({ hour: fc.nat(23), hours: pick(1, 24), place: pick(null, '西湖路') }), { maxLength: 2 }),
  }),
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('tag' as const),
      which,
      cases: fc.uniqueArray(number, { maxLength: 2 }),
      remove: fc.boolean(),
      officer: pick(undefined, null, '041235'),
      category: pick(undefined, null, 'penalty'),
      important: pick(undefined, true, false),
    }),
  },
  fc.record({ do: fc.constant('decide' as const), which, accept: fc.boolean() }),
  fc.record({ do: fc.constant('slot' as const), port: pick('p1', 'p2', '1-4'), slot: pick(1, 2, 3) }),
  { weight: 2, arbitrary: peopleDeed() },
  fc.record({ do: fc.constant('worker' as const), name: pick('render1', 'render2'), revoke: fc.boolean() }),
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('derive' as const),
      which,
      kinds: fc.uniqueArray(pick('playable', 'poster', 'waveform'), { maxLength: 2 }),
      durationMs: pick(null, 60_000.4, 1),
      damage: pick(null, 'no frame can be decoded'),
      why: pick(null, 'no audio track'),
      startMs: pick(null, '2026-06-20T15:31:00'),
      kind: pick('same', 'audio'),
    }),
  },
  fc.record({ do: fc.constant('give-up' as const), which, code: pick('transcoder.unplayable', 'transcoder.unsupported', 'vault.missing') }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant('archive' as const), which, facts: fc.boolean() }) },
  fc.record({ do: fc.constant('withdraw' as const), which }),
  fc.record({ do: fc.constant('take-out' as const), serial, officer, hour: fc.nat(20), back: fc.boolean() }),
  fc.record({ do: fc.constant('return' as const), serial }),
  fc.record({
    do: fc.constant('step' as const),
    number,
    step: pick('decided', 'closed', 'reopened'),
    day: pick('2026-06-20', '2026-06-21'),
  }),
  fc.record({
    do: fc.constant('protect' as const),
    which,
    number: pick(null, 'LY-2026-0012'),
    level: pick(null, 'internal', 'secret'),
    privacy: pick('minor', 'trade-secret'),
    add: fc.boolean(),
  }),
  fc.record({ do: fc.constant('restart' as const) }),
);

/** Without anybody in the registry the rules of the station would refuse most of what people do. */
const REGISTRY: readonly Deed[] = [
  { do: 'unit', name: 'Bureau', parent: null },
  { do: 'user', account: 'wang', officer: null, unit: 'Bureau' },
  ...['041234', '041235', '058001'].map((id) => ({ do: 'officer' as const, id, name: 'Wang', unit: null })),
  ...['LY-2026-0012', '041234'].map((each) => ({
    ...{ do: 'case' as const, number: each, title: 'a case', stage: 'filing' as const, category: null, officers: ['041234'] },
    events: [{ hour: 0, hours: 24, place: null }],
  })),
];
const lives = fc.tuple(dock, fc.array(deed, { minLength: 8, maxLength: 24 })).map(([first, more]) => [...REGISTRY, first, ...more]);

/** JSON in an order of its own, so that only values count. */
function plain(value: unknown, told: unknown): unknown {
  if (typeof value !== 'string' || value === told || !/^[[{]/.test(value)) return value;
  const sorted = (each: unknown): unknown => {
    if (Array.isArray(each)) return each.map(sorted);
    if (typeof each !== 'object' || each === null) return each;
    return Object.fromEntries(
      Object.entries(each)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, part]) => [name, sorted(part)]),
    );
  };
  return JSON.stringify(sorted(JSON.parse(value)));
}

function rowsOf(rows: Iterable<Readonly<Record<string, unknown>>>, columns: readonly string[]): string[] {
  return [...rows].map((row) => JSON.stringify(columns.map((column) => plain(row[column], undefined)))).sort();
}

it('are rebuilt from the log alone, row by row', { timeout: 300_000 }, async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(lives, async (deeds) => {
      const home = await temporaryDirectory();
      const database = join(home.path, 'state', 'ledger.sqlite');
      try {
        const station = await livingStation(join(home.path, 'state'));
        try {
          for (const each of deeds) await station.live(each);
        } finally {
          await station.close();
        }
        const replay = new ReplayStore(join(home.path, 'second.sqlite'));
        const raw = new DatabaseSync(database, { readOnly: true });
        try {
          for (const entry of entriesIn(raw)) {
            seen.add(entry.type);
            replay.apply(entry);
          }
          for (const { table, columns, replayed } of rebuiltColumns()) {
            if (!replayed || columns === null) continue;
            const state =
              table === 'dockings'
                ? columns.map((column) => (column === 'state' ? "replace(state, 'problem', 'reading') AS state" : column))
                : columns;
            const found = rowsOf(
              raw.prepare(`SELECT ${state.map((name) => (/ /.test(name) ? name : `"${name}"`))} FROM ${table}`).all(),
              columns,
            );
            expect(rowsOf(replay.rows(table as Parameters<typeof replay.rows>[0]), columns), table).toEqual(found);
          }
        } finally {
          raw.close();
          replay.close();
        }
      } finally {
        await rm(home.path, { recursive: true, force: true });
      }
    }),
    { numRuns: RUNS, seed: Number(process.env['EVIDOCK_SEED'] ?? 20_261_126) },
  );
  // Lives in which nothing happens would prove nothing.
  for (const type of [
    ...['user.added', 'unit.added', 'roster.imported'],
    'suggestion.made',
    'suggestion.decided',
    'recording.not-derived',
    'recordings.listed',
    'original.copied',
    'original.sealed',
    'recording.tagged',
    'recording.derived',
    'recording.archived',
    'docking.removed',
  ])
    expect(seen).toContain(type);
});

it('the table names every column of the ledger, once', async () => {
  const home = await temporaryDirectory();
  const station = await livingStation(join(home.path, 'state'));
  await station.close();
  const raw = new DatabaseSync(join(home.path, 'state', 'ledger.sqlite'), { readOnly: true });
  const made = raw
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'kysely_%'")
    .all();
  const named = rebuiltColumns();
  for (const { name } of made) {
    const rows = named.filter(({ table }) => table === name);
    const columns = raw
      .prepare(`SELECT name FROM pragma_table_info('${name}')`)
      .all()
      .map((column) => String(column['name']))
      .sort();
    const told = rows.flatMap((row) => row.columns ?? columns).sort();
    expect(told, String(name)).toEqual(columns);
  }
  expect([...new Set(named.map(({ table }) => table))].sort()).toEqual(made.map(({ name }) => String(name)).sort());
  raw.close();
  await home.remove();
});
