import { expect } from 'vitest';
import { TakenOut } from '#domain/custody/holding-entries';
import { subject } from '#domain/custody/subject';
import type { Holding } from '#domain/registry';
import { aCase, anId, anOfficer, aRecorder, START_MS, someWork } from '#test/support/builders';
import { aCaseDraft, cli } from '#test/support/custody';
import { type It, listOne, refused } from './ledger-support.ts';

// The course and the marks of cases, and who has which recorder.

const HOUR = 3_600_000;
const SERIAL = 'DSJ0012345';
const STEPS = [
  { step: 'decided', on: '2026-07-01' },
  { step: 'closed', on: '2026-07-20' },
] as const;

const holding = (from: number, to: number | null, more: Partial<Holding> = {}): Holding => ({
  id: anId('hld'),
  serial: SERIAL,
  officerId: '041234',
  fromMs: START_MS + from * HOUR,
  toMs: to === null ? null : START_MS + to * HOUR,
  ...more,
});
const told = () => TakenOut.make({ atMs: START_MS, actor: cli('root'), subject: subject('recorder', SERIAL), data: TakenOut.example.data });

export function courses(it: It): void {
  it('keep steps and marks of a case through what is told of it later', async (ledger) => {
    await ledger.transaction(async (writer) => {
      await writer.cases.upsert(aCase({ openedOn: '2026-06-01' }));
      await writer.cases.update('A-2026-0001', { steps: STEPS });
      await writer.cases.update('A-2026-0001', { confidentiality: 'secret', privacy: ['minor'] });
      await writer.cases.update('A-2026-0001', {});
      await writer.cases.upsert(aCase({ openedOn: '2026-06-02', title: 'another title' }));
      await writer.custody.append(aCaseDraft('A-2026-0001'));
    });
    const marks = { confidentiality: 'secret', privacy: ['minor'] } as const;
    expect(await ledger.cases.get('A-2026-0001')).toEqual(
      aCase({ openedOn: '2026-06-02', title: 'another title', steps: STEPS, ...marks }),
    );
    const failed = ledger.transaction((writer) => writer.cases.update('none', { steps: [] }));
    expect((await refused(failed)).code).toBe('request.not-found');
  });

  it('are found by several numbers at once', async (ledger) => {
    await ledger.transaction(async (writer) => {
      for (const number of ['B', 'A', '案']) await writer.cases.upsert(aCase({ number }));
      await writer.custody.append(aCaseDraft('A'));
    });
    expect((await ledger.cases.numbered(['案', 'A', 'none'])).map(({ number }) => number)).toEqual(['A', '案']);
    expect(await ledger.cases.numbered([])).toEqual([]);
  });

  it('make the archive of every recording of the case wait again where they change, and of no other', async (ledger) => {
    const settled = async () => (await ledger.work.list({ stage: 'archive', limit: 10 })).map(({ state }) => state).sort();
    const [inCase, alone] = await ledger.transaction(async (writer) => {
      await writer.cases.upsert(aCase());
      const cards = [await listOne(writer), await listOne(writer)] as const;
      await writer.recordings.addCase(cards[0].recording.id, 'A-2026-0001');
      for (const { recording } of cards) {
        const work = someWork('archive', recording.id);
        await writer.work.insert(work);
        const claim = await writer.work.claim(work.id, { host: 'h', instance: 'i' }, 1000);
        if (claim) await writer.work.finish(claim);
      }
      return cards.map(({ recording }) => recording.id);
    });
    expect(await settled()).toEqual(['done', 'done']);
    const same = () =>
      ledger.transaction(async (writer) => {
        await writer.cases.upsert(aCase());
        await writer.custody.append(aCaseDraft('A-2026-0001'));
      });
    await same();
    expect(await settled()).toEqual(['done', 'done']);
    await ledger.transaction(async (writer) => {
      await writer.cases.update('A-2026-0001', { steps: STEPS });
      await writer.custody.append(aCaseDraft('A-2026-0001'));
    });
    expect((await ledger.work.get(`archive.${inCase}`))?.state).toBe('waiting');
    expect((await ledger.work.get(`archive.${alone}`))?.state).toBe('done');
  });
}

export function holdings(it: It): void {
  it('tell who had a recorder, to the millisecond', async (ledger) => {
    const [first, second, open] = [holding(0, 2), holding(2, 4, { officerId: '7' }), holding(6, null)];
    const other = holding(0, null, { serial: 'OTHER' });
    await ledger.transaction(async (writer) => {
      for (const each of [open, first, second, other]) await writer.registry.upsertHolding(each);
      await writer.custody.append(told());
    });
    const within = async (fromMs: number, toMs: number | null, limit = 10) =>
      (await ledger.registry.holdingsWithin(SERIAL, START_MS + fromMs, toMs === null ? null : START_MS + toMs, limit)).map(({ id }) => id);
    expect(await within(-1, 0)).toEqual([]);
    expect(await within(0, 1)).toEqual([first.id]);
    expect(await within(2 * HOUR - 1, 2 * HOUR)).toEqual([first.id]);
    expect(await within(2 * HOUR, 2 * HOUR + 1)).toEqual([second.id]);
    expect(await within(2 * HOUR - 1, 2 * HOUR + 1)).toEqual([first.id, second.id]);
    expect(await within(4 * HOUR, 6 * HOUR)).toEqual([]);
    expect(await within(5 * HOUR, null)).toEqual([open.id]);
    expect(await within(0, null, 2)).toEqual([first.id, second.id]);
    expect(await ledger.registry.holdings(SERIAL, { limit: 2 })).toEqual([open, second]);
    expect(await ledger.registry.holdings(SERIAL, { before: second.fromMs, limit: 2 })).toEqual([first]);
    expect(await ledger.registry.openHoldings([SERIAL, 'OTHER', 'none'])).toEqual(
      new Map([
        ['DSJ0012345', open],
        ['OTHER', other],
      ]),
    );
    expect(await ledger.registry.openHoldings([])).toEqual(new Map());
  });

  it('are changed and taken away', async (ledger) => {
    const one = holding(0, null);
    const write = (body: Parameters<typeof ledger.transaction>[0]) =>
      ledger.transaction(async (writer) => {
        await body(writer);
        await writer.custody.append(told());
      });
    await write((writer) => writer.registry.upsertHolding(one));
    await write((writer) => writer.registry.upsertHolding({ ...one, toMs: one.fromMs + 1, officerId: '7' }));
    expect(await ledger.registry.holding(one.id)).toEqual({ ...one, toMs: one.fromMs + 1, officerId: '7' });
    await write((writer) => writer.registry.removeHolding(one.id));
    expect(await ledger.registry.holding(one.id)).toBeNull();
  });

  it('stand beside assignments, of which the one of then is told', async (ledger) => {
    await ledger.transaction(async (writer) => {
      for (const id of ['041234', '7']) await writer.registry.upsertOfficer(anOfficer({ id }));
      await writer.registry.upsertRecorder(aRecorder({ serial: 'A', assignedOfficerId: null }));
      await writer.registry.upsertRecorder(aRecorder({ serial: 'B', assignedOfficerId: '7' }));
      await writer.registry.assignRecorder('A', '041234', START_MS);
      await writer.registry.assignRecorder('A', '7', START_MS + HOUR);
      await writer.registry.assignRecorder('A', null, START_MS + 2 * HOUR);
      await writer.custody.append(told());
    });
    const at = (ms: number, serial = 'A') => ledger.registry.assignedAt(serial, START_MS + ms);
    // The registry is younger than the recorder.
    expect(await at(-HOUR)).toBe('041234');
    expect([await at(0), await at(HOUR - 1), await at(HOUR), await at(2 * HOUR)]).toEqual(['041234', '041234', '7', null]);
    expect([await at(0, 'B'), await at(0, 'none')]).toEqual(['7', null]);
  });
}
