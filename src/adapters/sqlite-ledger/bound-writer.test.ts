/*
 * Goal: nothing that the custody log must tell changes without an entry, in production too.
 * Method: a ledger that demands custody, and a change of each kind with and without an entry in its transaction.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLedger, type SqliteLedger } from '#adapters/sqlite-ledger/ledger';
import type { LedgerWriter } from '#ports/ledger';
import { listOne, refused } from '#test/contract/ledger-support';
import { aCase, aDocking, anOfficer, aRecorder, START_MS, STATION_ID, someDigests, someWork } from '#test/support/builders';
import { aCustodyDraft } from '#test/support/custody';

let directory: string;
let ledger: SqliteLedger;
let card: Awaited<ReturnType<typeof listOne>>;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'evidock-told-'));
  ledger = await openLedger({ file: join(directory, 'ledger.sqlite'), stationId: STATION_ID, demandsCustody: true });
  card = await ledger.transaction(async (writer) => {
    await writer.custody.append(aCustodyDraft());
    return listOne(writer);
  });
});
afterEach(async () => {
  await ledger.close();
  await rm(directory, { recursive: true });
});

const CHANGES: readonly [string, (writer: LedgerWriter) => Promise<unknown>, () => Promise<unknown>][] = [
  [
    'a docking',
    (writer) => writer.dockings.insert(aDocking({ id: 'dck-01k0d5w7q3-hz01-8c3m2x9a1b' })),
    () => ledger.dockings.get('dck-01k0d5w7q3-hz01-8c3m2x9a1b'),
  ],
  ['a slot', (writer) => writer.dockings.assignSlot('1-4', 4), () => ledger.dockings.slotOf('1-4')],
  ['an officer', (writer) => writer.registry.upsertOfficer(anOfficer({ id: '7' })), () => ledger.registry.officer('7')],
  ['a recorder', (writer) => writer.registry.upsertRecorder(aRecorder({ serial: 'R7' })), () => ledger.registry.recorder('R7')],
  ['a case', (writer) => writer.cases.upsert(aCase({ number: 'A-7' })), () => ledger.cases.get('A-7')],
  [
    'a copy',
    (writer) => writer.originals.markCopied(card.original.id, { digests: someDigests(), duplicateOf: null, copiedAtMs: START_MS }),
    async () => ((await ledger.originals.get(card.original.id))?.state === 'copied' ? true : null),
  ],
];

describe('a change that must be told of', () => {
  it.each(CHANGES)('%s is kept with an entry, and rolled back without one', async (_what, change, found) => {
    const error = await refused(ledger.transaction(change));
    expect([error.code, error.detail]).toEqual(['station.internal', expect.stringContaining('without a custody entry')]);
    expect(await found()).toBeNull();
    await ledger.transaction(async (writer) => {
      await change(writer);
      await writer.custody.append(aCustodyDraft());
    });
    expect(await found()).not.toBeNull();
  });

  it('is judged by its own transaction alone', async () => {
    await ledger.transaction((writer) => writer.custody.append(aCustodyDraft()));
    expect((await refused(ledger.transaction((writer) => writer.dockings.assignSlot('1-5', 5)))).code).toBe('station.internal');
  });
});

it('asks for no entry where nothing is changed that it must tell of', async () => {
  await ledger.transaction((writer) => writer.work.insert(someWork('derive', card.recording.id)));
  await ledger.transaction((writer) => writer.dockings.update(card.docking.id, { filesListed: 1 }));
  expect(await ledger.work.get(`derive.${card.recording.id}`)).not.toBeNull();
});
