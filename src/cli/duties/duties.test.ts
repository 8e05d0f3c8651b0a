/* Goal: duties are seen and acknowledged from the command line. Method: the whole command line over a real ledger. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { START_MS } from '#test/support/builders';
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
