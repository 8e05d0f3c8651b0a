/* Goal: shifts are imported from a file as spreadsheets in China save it, with a preview, and listed. Method: the whole command line over a real ledger. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CommandLine } from '#test/support/station/command-line';

let cli: CommandLine;
const lines = (text: string) => text.split('\n').map((line) => line.trimEnd().replaceAll(/ {2,}/g, ' | '));
/** `警号,日期,开始时间,结束时间` in GB 18030. */
const HEADER = Buffer.from('beafbac52cc8d5c6da2cbfaacabccab1bce42cbde1caf8cab1bce40a', 'hex');

beforeAll(async () => {
  cli = await CommandLine.open();
  await cli.station.ledger.transaction((writer) => writer.registry.upsertOfficer({ id: '041234', name: '王敏', unit: null }));
});
afterAll(() => cli.close());

it('are shown first, taken over, and listed', async () => {
  const file = join(cli.station.directory, 'shifts.csv');
  await writeFile(file, Buffer.concat([HEADER, Buffer.from('041234,2026/6/20,22:00,06:00\n9,2026/6/20,22:00,06:00\n')]));
  const shown = await cli.run(['shifts', 'import', file, '--dry-run']);
  expect(lines(shown.out)).toEqual([
    'Change | Officer | Start | End | Ended before',
    'add | 041234 | 2026-06-20 22:00:00 | 2026-06-21 06:00:00',
    'row 3: officer 9 is not in the registry; left out',
    'Would be: 1 added, 0 changed, 0 removed, 0 as they are, 1 left out. Nothing was changed',
    '',
  ]);
  expect((await cli.run(['shifts', 'list'])).err).toContain('No shifts');
  const done = await cli.run(['shifts', 'import', file]);
  expect(done.out + done.err).toContain('Shifts: 1 added, 0 changed, 0 removed, 0 as they were, 1 left out');
  expect(lines((await cli.run(['shifts', 'list', '--officer', '041234', '--from', '2026-06-20', '--to', '2026-06-21'])).out)).toContain(
    '041234 | 2026-06-20 22:00:00 | 2026-06-21 06:00:00',
  );
  const longer = join(cli.station.directory, 'longer.json');
  await writeFile(longer, JSON.stringify([{ officer: '041234', date: '2026-06-20', start: '22:00', end: '07:00' }]));
  expect(lines((await cli.run(['shifts', 'import', longer, '-n'])).out)).toContain(
    'change | 041234 | 2026-06-20 22:00:00 | 2026-06-21 07:00:00 | 2026-06-21 06:00:00',
  );
});
