import { expect } from 'vitest';
import { OfficerShiftsChanged } from '#domain/custody/shift-entries';
import { subject } from '#domain/custody/subject';
import { type Shift, shiftId } from '#domain/shifts/shift';
import type { Ledger, LedgerWriter } from '#ports/ledger';
import { START_MS } from '#test/support/builders';
import { cli } from '#test/support/custody';
import { type It, listOne } from './ledger-support.ts';

const HOUR = 3_600_000;
const OFFICER = '041234';

const shift = (startMs: number, hours: number, officer = OFFICER): Shift => ({
  ...{ id: shiftId(officer, startMs), officer, startMs, endMs: startMs + hours * HOUR, setAtMs: START_MS },
});
const told = ({ id, startMs, endMs }: Shift) => ({ id, start: new Date(startMs).toISOString(), end: new Date(endMs).toISOString() });

async function tell(writer: LedgerWriter, lists: { added?: readonly Shift[]; changed?: readonly Shift[]; removed?: readonly Shift[] }) {
  const { added = [], changed = [], removed = [] } = lists;
  for (const { id } of removed) await writer.shifts.remove(id);
  for (const each of [...added, ...changed]) await writer.shifts.put(each);
  const all = { addedShifts: added.map(told), changedShifts: changed.map(told), removedShifts: removed.map(told) };
  const data = { added: added.length, changed: changed.length, removed: removed.length };
  await writer.custody.append(
    OfficerShiftsChanged.make({ atMs: START_MS, actor: cli('root'), subject: subject('officer', OFFICER), data, lists: all }),
  );
}
const write = (ledger: Ledger, lists: Parameters<typeof tell>[1]) => ledger.transaction((writer) => tell(writer, lists));

export function shiftsOfLedger(it: It): void {
  it('are added, changed and removed, and listed by officer and start', async (ledger) => {
    const [one, two, other] = [shift(START_MS, 8), shift(START_MS + 24 * HOUR, 8), shift(START_MS, 8, '7')];
    await write(ledger, { added: [two, one, other] });
    expect(await ledger.shifts.list({ limit: 9 })).toEqual([one, two, other]);
    expect(await ledger.shifts.list({ limit: 1, after: one.id })).toEqual([two]);
    expect(await ledger.shifts.list({ limit: 9, officer: '7' })).toEqual([other]);
    expect(await ledger.shifts.list({ limit: 9, fromMs: two.startMs })).toEqual([two]);
    expect(await ledger.shifts.list({ limit: 9, beforeMs: two.startMs })).toEqual([one, other]);
    const longer = { ...one, endMs: one.endMs + HOUR, setAtMs: START_MS + 5 };
    await ledger.transaction((writer) => tell(writer, { changed: [longer], removed: [two] }));
    expect(await ledger.shifts.list({ limit: 9, officer: OFFICER })).toEqual([longer]);
    await expect(write(ledger, { removed: [two] })).rejects.toThrow(expect.objectContaining({ code: 'request.not-found' }));
    // A shift that comes back has the id that it had.
    await write(ledger, { added: [two] });
    expect(await ledger.shifts.list({ limit: 9, fromMs: two.startMs })).toEqual([two]);
  });

  it('have footage where a recording of their officer overlaps them', async (ledger) => {
    const at = START_MS - 40 * HOUR;
    const film = (startMs: number | null, durationMs: number, more: object = {}) =>
      ledger.transaction(async (writer) => {
        const { recording } = await listOne(writer, { recording: { officerId: OFFICER, startMs, ...more } });
        await writer.recordings.update(recording.id, { durationMs });
      });
    const filmed = async () => (await ledger.shifts.dutyFacts({ after: '', limit: 9 })).map((facts) => facts.filmed);
    await write(ledger, { added: [shift(at, 8)] });
    expect(await ledger.shifts.dutyFacts({ after: '', limit: 9 })).toEqual([
      { id: shift(at, 8).id, unit: null, endMs: at + 8 * HOUR, setAtMs: START_MS, filmed: false },
    ]);
    await film(at - 2 * HOUR, 2 * HOUR);
    await film(at + 8 * HOUR, HOUR);
    await film(at + HOUR, HOUR, { officerId: '7' });
    await film(at + HOUR, HOUR, { kind: 'log' });
    await film(null, HOUR);
    expect(await filmed()).toEqual([false]);
    await film(at - 2 * HOUR, 2 * HOUR + 1);
    expect(await filmed()).toEqual([true]);
    expect(await ledger.shifts.dutyFacts({ after: shift(at, 8).id, limit: 9 })).toEqual([]);
  });

  it('tell of a recording whether its officer was on duty, on days of which there are shifts', async (ledger) => {
    const recording = await ledger.transaction(async (writer) => {
      const listed = await listOne(writer, { recording: { officerId: OFFICER, startMs: START_MS } });
      await writer.recordings.update(listed.recording.id, { durationMs: HOUR });
      return listed.recording;
    });
    const onShift = async () => {
      const facts = await ledger.duties.recordingFacts({ after: '', limit: 9 });
      return facts.find(({ id }) => id === recording.id)?.onShift;
    };
    expect(await onShift()).toBeNull();
    const far = shift(START_MS + 25 * HOUR, 8, '7');
    await write(ledger, { added: [far] });
    expect(await onShift()).toBeNull();
    await write(ledger, { added: [shift(START_MS - 20 * HOUR, 8, '7')] });
    expect(await onShift()).toBe(false);
    const after = shift(START_MS + 2 * HOUR + 1, 8);
    await write(ledger, { added: [after] });
    expect(await onShift()).toBe(false);
    await write(ledger, { removed: [after], added: [shift(START_MS + 2 * HOUR, 8)] });
    expect(await onShift()).toBe(true);
    await write(ledger, { removed: [shift(START_MS + 2 * HOUR, 8)], added: [shift(START_MS - 36 * HOUR, 35)] });
    expect(await onShift()).toBe(true);
    await write(ledger, { changed: [{ ...shift(START_MS - 36 * HOUR, 35), endMs: START_MS - HOUR - 1 }] });
    expect(await onShift()).toBe(false);
  });
}
