/*
 * Goal: a recorder that still holds footage which was disposed of is told so, and the footage does not come back by itself: no row, no copy, no new term. What has other bytes, or what a legal
 * hold covers by now, is taken in. Method: dock, intake and seal with their real parts over a directory; a disposal in between.
 */
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, it, vi } from 'vitest';
import { approveDisposal } from '#desk/disposals/decide';
import type { By, DisposalDeps } from '#desk/disposals/parts';
import { proposeDisposal } from '#desk/disposals/propose';
import { runDisposal } from '#desk/disposals/run';
import { setHold } from '#desk/holds/set-hold';
import { EMPTY_SCOPE, type HoldScope } from '#domain/hold/hold';
import { workId } from '#domain/work';
import { changed, dockOnce, LARGE, originalsOf, sha256, slotOf, typesOf } from '#test/support/card/known-card';
import { about } from '#test/support/custody';
import { putSchedule, putTerm, quickDisposals } from '#test/support/disposal';
import { claimed } from '#test/support/ledger/claims';
import { contradictionsIn } from '#test/support/ledger/replayed';
import { homeForEach } from '#test/support/station/home-for-each';
import { intakeStation, writeCard } from '#test/support/station/intake-station';

const DAY_MS = 86_400_000;
const WANG: By = { actor: { kind: 'user', id: 'usr-wang', via: 'network', session: null }, person: 'usr-wang', roles: ['custodian'] };
const LI: By = { actor: { kind: 'user', id: 'usr-li', via: 'network', session: null }, person: 'usr-li', roles: ['reviewer'] };
const small = randomBytes(3000);
const large = randomBytes(LARGE);
let home: string;
let card: string;
let aheadMs = 0;

homeForEach((path) => {
  home = path;
  card = join(home, 'card');
});
beforeEach(() => {
  aheadMs = 0;
});

type Station = Awaited<ReturnType<typeof intakeStation>>;
const inVault = () => readdirSync(join(home, 's/vault'), { recursive: true, encoding: 'utf8' }).filter((path) => /original-/.test(path));
/** Types of entries about the docking, with what they count. */
const told = async (station: Station, id: string) =>
  (await station.ledger.custody.of(about(id))).filter(({ type }) => type === 'docking.found-disposed').map(({ data }) => data);

/** A station that took in two files, and disposed of both. */
async function disposedStation(): Promise<Station> {
  const station = await intakeStation(join(home, 's'), undefined, { sm3: false, nowMs: () => Date.now() + aheadMs });
  // Schedule and terms are put by hand: what they are is the matter of other tests.
  station.writesPastTheLog();
  await writeCard(card, { 'a.mp4': small, 'b.mp4': large });
  await dockOnce(station, card);
  const { ledger, parts } = station;
  const disposals = quickDisposals(join(home, 's/vault'));
  const deps: DisposalDeps = {
    ledger,
    clock: parts.clock,
    facts: { stationId: 'test1' },
    disposals,
    callUps: { ways: [], wake: () => undefined },
    pokeWork: () => undefined,
  };
  await putSchedule(ledger);
  for (const { recordingId } of await originalsOf(station)) {
    await putTerm(ledger, recordingId, Date.now() - DAY_MS);
    // What waits for work is not disposed of, and nobody works here.
    await ledger.transaction(async (writer) => writer.work.finish(await claimed(writer, workId('derive', recordingId))));
  }
  const { id, digest } = await proposeDisposal(deps, { dueBeforeMs: Date.now(), limit: 10, reviewers: async () => [] }, WANG);
  await approveDisposal(deps, { id, digest }, LI);
  aheadMs = 8 * DAY_MS;
  const { signal } = new AbortController();
  for await (const line of runDisposal(deps, { id, key: null, actor: WANG.actor, signal }))
    if (line.type === 'halted') throw new Error(JSON.stringify(line));
  expect((await ledger.disposals.get(id))?.state).toBe('done');
  expect(inVault()).toEqual([]);
  return station;
}

async function ended(station: Station): Promise<void> {
  const own = ['recordings', 'originals', 'copies', 'dockings', 'hold_recordings'];
  expect(contradictionsIn(join(home, 's/ledger.sqlite')).filter(({ table }) => own.includes(table))).toEqual([]);
  await station.close();
}

async function hold(station: Station, scope: Partial<HoldScope>): Promise<void> {
  const { ledger, parts } = station;
  const request = { scope: { ...EMPTY_SCOPE, ...scope }, reason: 'order 77', reviewAtMs: parts.clock.nowMs() + 30 * DAY_MS };
  await setHold({ ledger, clock: parts.clock, archive: null, facts: { stationId: 'test1' } }, request, LI);
}

it('stays on the card, is not taken in again, and is told at the slot, in the log and in the history of the recording', async () => {
  const station = await disposedStation();
  const before = await originalsOf(station);
  const docking = await station.dock(station.plain(card), 'R1', 2);
  await docking.safe();
  expect(slotOf(station, 2)?.warning).toMatchObject({
    code: 'recorder.disposed-files',
    reason: { code: 'files-of-disposed', params: { files: 2 } },
  });
  await docking.rechecked();
  expect(await told(station, docking.id)).toEqual([{ recorder: 'R1', files: 2, left: 2, held: 0 }]);
  for (const { recordingId } of before) expect(await typesOf(station, recordingId)).toContain('docking.found-disposed');
  expect(await station.ledger.dockings.get(docking.id)).toMatchObject({ state: 'safe', filesListed: 2, filesKnown: 2, filesRechecked: 2 });
  expect(before).toHaveLength(2);
  expect(await originalsOf(station)).toEqual(before);
  expect(inVault()).toEqual([]);
  await docking.pull();
  await ended(station);
});

it('other bytes under the name, size and time of what was disposed of are taken in as a new file, as are its bytes under another name', async () => {
  const station = await disposedStation();
  const other = changed(large, LARGE / 2);
  await rename(join(card, 'a.mp4'), join(card, 'c.mp4'));
  await writeCard(card, { 'b.mp4': other, 'c.mp4': small });
  const docking = await dockOnce(station, card);
  expect(await told(station, docking.id)).toEqual([]);
  const fresh = (await originalsOf(station)).filter(({ dockingId }) => dockingId === docking.id);
  expect(fresh.map(({ cardPath, digests, duplicateOf }) => [cardPath, digests?.sha256, duplicateOf]).sort()).toEqual([
    ['b.mp4', sha256(other), null],
    ['c.mp4', sha256(small), null],
  ]);
  await ended(station);
});

it.each([
  ['the recording itself', (recordings: readonly string[]) => ({ recordings })],
  ['its recorder', () => ({ recorder: 'R1' })],
] as const)('what a hold on %s covers is taken in again, and is held', async (_, scopeOf) => {
  const station = await disposedStation();
  const gone = (await originalsOf(station)).filter(({ cardPath }) => cardPath === 'b.mp4');
  const scope = scopeOf(gone.map(({ recordingId }) => recordingId));
  await hold(station, scope);
  const docking = await dockOnce(station, card);
  const all = 'recorder' in scope;
  expect(await told(station, docking.id)).toEqual([{ recorder: 'R1', files: 2, left: all ? 0 : 1, held: all ? 2 : 1 }]);
  const fresh = (await originalsOf(station)).filter(({ dockingId }) => dockingId === docking.id);
  expect(fresh.map(({ cardPath, digests, state }) => [cardPath, digests?.sha256, state]).sort()).toEqual([
    ...(all ? [['a.mp4', sha256(small), 'sealed']] : []),
    ['b.mp4', sha256(large), 'sealed'],
  ]);
  for (const { recordingId } of fresh) expect(await station.ledger.holds.isHeld(recordingId)).toBe(true);
  // Docked once more, it is known as what it is now.
  const again = await dockOnce(station, card);
  await vi.waitFor(async () => expect(await station.ledger.dockings.get(again.id)).toMatchObject({ filesListed: 2, filesKnown: 2 }));
  expect((await originalsOf(station)).filter(({ dockingId }) => dockingId === again.id)).toEqual([]);
  await ended(station);
});
