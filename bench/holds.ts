import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLedger, type SqliteLedger } from '#adapters/sqlite-ledger/ledger';
import { releaseHold, setHold, spreadHold } from '#desk/holds/set-hold';
import { EMPTY_SCOPE, type HoldScope } from '#domain/hold/hold';
import { STATION_ID } from '#test/support/builders';
import { aCaseDraft } from '#test/support/custody';
import { loadLedger } from './ledger-load.ts';
import type { Row } from './row.ts';

const OFFICERS = 10;
/** Of each officer. */
const RECORDINGS = 20_000;
/** Holds in force while the question of a deletion is asked. */
const HOLDS = 200;
const QUESTIONS = 2000;
/** Set before measuring. */
const SECONDS_MAX = 5;
const QUESTION_MS_MAX = 5;
const YEAR_MS = 365 * 86_400_000;

const person = (name: string) => ({ actor: { kind: 'user', id: name, via: null, session: null } as const, person: name });

async function timed(body: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await body();
  return (performance.now() - begun) / 1000;
}

/** How long the longest other transaction waits while `body` runs: what intake feels. */
async function longestWait(ledger: SqliteLedger, body: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let running = true;
  const asking = (async () => {
    while (running) {
      const begun = performance.now();
      await ledger.transaction(async (writer) => writer.custody.head());
      longest = Math.max(longest, performance.now() - begun);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  await body();
  running = false;
  await asking;
  return longest;
}

/** A hold on an officer with 20,000 recordings among 200,000: in force, on record, and what a deletion asks. */
export async function benchHolds(): Promise<readonly Row[]> {
  const directory = await mkdtemp(join(tmpdir(), 'evidock-bench-holds-'));
  const file = join(directory, 'ledger.sqlite');
  try {
    const loaded = await loadLedger(file, { recordings: OFFICERS * RECORDINGS, cases: 1000, officers: OFFICERS, units: 5, recorders: 20 });
    const ledger = await openLedger({ file, stationId: STATION_ID, demandsCustody: true });
    const deps = { ledger, clock: { nowMs: () => Date.now() }, archive: null, facts: { stationId: STATION_ID } };
    const scope = (of: Partial<HoldScope>) => ({ ...EMPTY_SCOPE, ...of });
    const [officer = ''] = loaded.officers;
    const [held = ''] = (await ledger.recordings.list({ officerId: officer, limit: 1 })).map(({ recording }) => recording.id);
    const request = { reason: 'bench', reviewAtMs: Date.now() + YEAR_MS / 2 };
    let id = '';
    let inForce = Number.NaN;
    const begun = performance.now();
    const wait = await longestWait(ledger, async () => {
      const set = setHold(deps, { ...request, scope: scope({ officer }) }, person('usr-author'));
      while (!(await ledger.holds.isHeld(held))) await new Promise((resolve) => setTimeout(resolve, 1));
      inForce = (performance.now() - begun) / 1000;
      ({ id } = await set);
      if (!(await spreadHold(deps, id, { untilMs: performance.now() + 600_000 }))) throw new Error('not spread');
    });
    const whole = (performance.now() - begun) / 1000;
    const { mirrored } = (await ledger.holds.get(id)) ?? {};
    const released = await timed(async () => {
      await releaseHold(deps, id, 'bench', person('usr-other'));
      await spreadHold(deps, id, { untilMs: performance.now() + 600_000 });
    });
    for (let n = 0; n < HOLDS; n += 1) {
      const one = loaded.idSample[n % loaded.idSample.length] ?? '';
      const span = { fromMs: loaded.firstMs + n * 86_400_000, toMs: loaded.firstMs + (n + 1) * 86_400_000 };
      await ledger.transaction(async (writer) => {
        const hold = { id: `lgh-bench-${n}`, reason: 'bench', author: 'usr-author', setAtMs: Date.now(), reviewAtMs: Date.now() + YEAR_MS };
        await writer.holds.insert({ ...hold, scope: n % 2 === 0 ? scope({ recordings: [one] }) : scope({ officer, span }) });
        await writer.custody.append(aCaseDraft('bench'));
      });
    }
    const times: number[] = [];
    for (let n = 0; n < QUESTIONS; n += 1)
      times.push(1000 * (await timed(() => ledger.holds.isHeld(loaded.idSample[n % loaded.idSample.length] ?? ''))));
    times.sort((a, b) => a - b);
    const p99 = times[Math.floor(times.length * 0.99)] ?? Number.NaN;
    await ledger.close();
    const row = (name: string, ours: number, note: string): Row => ({
      ...{ name, ours, unit: 's', limit: `≤ ${SECONDS_MAX} s`, ok: ours <= SECONDS_MAX, note },
    });
    return [
      row(`hold on an officer with 20,000 of 200,000 recordings: in force`, inForce, 'until `isHeld` says so of one of them'),
      row(
        'the same: each of them on record as reached',
        whole,
        `${mirrored?.of} recordings; another transaction waited ${wait.toFixed(0)} ms at most meanwhile`,
      ),
      row('the same: released, each of them told to the storage queue', released, ''),
      {
        ...{
          name: `isHeld with ${HOLDS} holds in force: p99`,
          ours: p99,
          unit: 'ms',
          limit: `≤ ${QUESTION_MS_MAX} ms`,
          ok: p99 <= QUESTION_MS_MAX,
        },
        note: `p50 ${(times[Math.floor(times.length / 2)] ?? Number.NaN).toFixed(2)} ms; ${QUESTIONS} recordings`,
      },
    ];
  } finally {
    await rm(directory, { recursive: true });
  }
}
