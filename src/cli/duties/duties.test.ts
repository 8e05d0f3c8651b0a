/* Goal: duties are seen and acknowledged from the command line. Method: the whole command line over a real ledger. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STATION } from '#domain/custody/actor';
import { DutyDone } from '#domain/custody/duty-entries';
import { subject } from '#domain/custody/subject';
import { START_MS } from '#test/support/builders';
import { aCaseDraft } from '#test/support/custody';
import { openDuty } from '#test/support/retention/walk-duties';
import { CommandLine } from '#test/support/station/command-line';

let cli: CommandLine;
const lines = (text: string) => text.split('\n').map((line) => line.trimEnd().replaceAll(/ {2,}/g, ' | '));

beforeAll(async () => {
  cli = await CommandLine.open();
});
afterAll(() => cli.close());

it('are none where all is well', async () => {
  expect(await cli.run(['duties', 'list'])).toMatchObject({ status: 0, out: '', err: 'Nothing to see to\n' });
});

it('are listed, shown, acknowledged with a reason, and found again', async () => {
  const id = await cli.station.ledger.transaction((writer) => openDuty(writer, { kind: 'damaged', dueMs: START_MS }));
  const open = (await cli.run(['duties', 'list', '--overdue', '--kind', 'damaged'])).out;
  expect(lines(open)[1]).toContain(`${id} | damaged | rec-none | custodian | overdue`);
  expect((await cli.run(['duties', 'list', '--kind', 'untagged'])).out).toBe('');
  expect(await cli.run(['duties', 'acknowledge', id, '--reason', 'card was broken'])).toMatchObject({
    ...{ status: 0, out: `Duty ${id} acknowledged\n` },
  });
  expect((await cli.run(['duties', 'list', '--overdue'])).out).toBe('');
  expect(await cli.json(['duties', 'list', '--acknowledged'])).toMatchObject([
    { id, acknowledgement: { reason: 'card was broken', until: null } },
  ]);
  const shown = (await cli.run(['duties', 'show', id])).out;
  expect(shown).toContain('card was broken');
  expect((await cli.run(['duties', 'show', id], { EVIDOCK_LANG: 'zh-CN' })).out).toContain('已答复');
  expect(await cli.json(['duties', 'list', '--done'])).toEqual([]);
});

it('that only put off cannot be answered for good, and unknown ones not at all', async () => {
  const subject = { kind: 'recording', id: 'rec-z' } as const;
  const id = await cli.station.ledger.transaction((writer) => openDuty(writer, { kind: 'untagged', subject }));
  const refused = await cli.run(['duties', 'acknowledge', id, '--reason', 'later']);
  expect(refused.status).not.toBe(0);
  expect(refused.err).toContain('say when it is to come back');
  expect((await cli.run(['duties', 'show', 'dty-none'])).err).toContain('dty-none');
});

describe('the report of a month', () => {
  const MONTH = ['duties', 'report', '--month', '2026-06'];

  it('adds up by kind and unit, and names acknowledgements with their reasons', async () => {
    const { ledger, clock } = cli.station;
    const [clockDuty, late] = await ledger.transaction(async (writer) => {
      await writer.people.upsertUnit({ id: 'unt-a', name: '一支队', parent: null, createdAtMs: START_MS, closedAtMs: null });
      await writer.custody.append(aCaseDraft('LY-1'));
      const owner = { role: 'custodian', unit: 'unt-a' } as const;
      return [
        await openDuty(writer, { kind: 'recorder-clock', subject: { kind: 'recorder', id: 'R1' }, owner, dueMs: START_MS + 9000 }),
        await openDuty(writer, { kind: 'recorder-clock', subject: { kind: 'recorder', id: 'R2' }, owner, dueMs: START_MS - 1 }),
      ];
    });
    await ledger.transaction(async (writer) => {
      for (const id of [clockDuty, late]) {
        await writer.duties.end(id, START_MS);
        await writer.custody.append(DutyDone.make({ atMs: START_MS, actor: STATION, subject: subject('duty', id) }));
      }
    });
    clock.advance(1000);
    const told = lines((await cli.run(MONTH)).out);
    expect(told).toEqual([
      'Duties of 2026-06',
      expect.stringMatching(/^Kind \| Unit \| opened \| met in time \| met late \| acknowledged \| open \| past due$/),
      'damaged | all units | 1 | 0 | 0 | 1 | 1 | 1',
      "recorder's clock off | 一支队 | 2 | 1 | 1 | 0 | 0 | 0",
      'not tagged | all units | 1 | 0 | 0 | 0 | 1 | 1',
      'All | 4 | 1 | 1 | 1 | 2 | 2',
      '',
      'Acknowledgements and their reasons (1)',
      expect.stringMatching(/^ID \| Kind \| Acknowledged by \| Time \| Comes back \| Reason$/),
      expect.stringMatching(/^dty-\S+ \| damaged \| machine \| \S+ \S+ \| for good \| card was broken$/),
      '',
    ]);
    expect((await cli.run(MONTH, { EVIDOCK_LANG: 'zh-CN' })).out).toMatch(/^2026-06 待办事项月报\n/);
    expect(await cli.json(MONTH)).toMatchObject({
      ...{ month: '2026-06', from: '2026-06-01T00:00:00.000+08:00', until: '2026-07-01T00:00:00.000+08:00', acknowledgementsCount: 1 },
      total: { opened: 4, metInTime: 1, metLate: 1, acknowledged: 1, open: 2, pastDue: 2 },
    });
    expect(await cli.json(['duties', 'report', '--month', '2026-05'])).toMatchObject({
      rows: [],
      acknowledgements: [],
      acknowledgementsCount: 0,
    });
    for (const month of ['2026-07', '2026-13', 'June']) expect((await cli.run(['duties', 'report', '--month', month])).status).not.toBe(0);
  });

  it.each([
    ['en', ['Duties of 2026-06', 'met in time 1', 'Acknowledgements and their reasons (1)', 'card was broken', '一支队']],
    ['zh-CN', ['2026-06 待办事项月报', '按期办结 1', '答复及原因', 'card was broken', '一支队']],
  ])('is a PDF in %s, and its going out is on record', async (language, parts) => {
    const file = join(cli.station.directory, `${language}.pdf`);
    expect(await cli.run([...MONTH, '--out', file, '--to', 'bureau'], { EVIDOCK_LANG: language })).toMatchObject({ status: 0 });
    expect((await readFile(file)).subarray(0, 5).toString()).toBe('%PDF-');
    const { stdout } = await promisify(execFile)('pdftotext', ['-layout', file, '-']);
    for (const part of parts) expect(stdout).toContain(part);
    const { looks } = cli.station.ledger;
    const { entries } = await looks.answer({ type: 'report.issued' }, { limit: 50, order: 'newest' });
    expect(entries.slice(0, 2).map(({ data }) => [data['report'], data['how'], data['month']])).toEqual([
      ['duties', 'saved', '2026-06'],
      ['duties', 'downloaded', '2026-06'],
    ]);
  });
});
