/* Goal: a dry run tells what would be changed, and changes nothing. With --quiet a change prints nothing, while answers and errors are printed as always. */

import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { because } from '#domain/reason';
import { someWork } from '#test/support/builders';
import { about } from '#test/support/custody';
import { claimed } from '#test/support/ledger/claims';
import { CommandLine } from '#test/support/station/command-line';

let cli: CommandLine;
let home: string;
let cases: string;
let officers: string;

beforeEach(async () => {
  cli = await CommandLine.open();
  home = await mkdtemp(join(tmpdir(), 'evidock-quiet-'));
  cases = join(home, 'cases.csv');
  officers = join(home, 'officers.csv');
  await writeFile(cases, 'number,title,event_start,event_end\nLY-1,One,2026-06-20 09:00,2026-06-20 10:00\nLY-2,Two,,\n');
  await writeFile(officers, 'id,name\n041234,王敏\n');
});

afterEach(async () => {
  await cli.close();
  await rm(home, { recursive: true });
});

describe('--dry-run', () => {
  it('of an import tells the figures of the import, and leaves registry and custody as they are', async () => {
    for (const [what, file] of [
      ['case', cases],
      ['officer', officers],
    ] as const) {
      const before = await cli.json([what, 'list']);
      const tried = await cli.json([what, 'import', file, '--dry-run']);
      expect(await cli.json([what, 'list'])).toEqual(before);
      expect(tried.added).toBeGreaterThan(0);
      expect((await cli.run([what, 'import', file, '-n', '--lang', 'en'])).out).toContain('Nothing was changed');
      expect(await cli.json([what, 'import', file])).toEqual(tried);
      expect((await cli.json([what, 'list'])).length).toBe(before.length + tried.added);
    }
    const told = await cli.station.ledger.custody.of(about('case:LY-1'));
    expect(told.map(({ type }) => type)).toEqual(['case.changed', 'case.event-changed']);
  });

  it('finds what the import would refuse', async () => {
    await writeFile(cases, 'number,title,stage\nLY-1,One,lunch\n');
    const { status, err } = await cli.run(['case', 'import', cases, '-n', '--lang', 'en']);
    expect(status).toBe(1);
    expect(err).toContain('row 2');
  });

  it('of a retry leaves the work failed', async () => {
    const { id } = await cli.station.addRecording(randomBytes(10));
    const failed = () => cli.json(['jobs', '--state', 'failed']);
    await cli.station.ledger.transaction(async (writer) => {
      await writer.work.insert(someWork('derive', id));
      await writer.work.fail(await claimed(writer, `derive.${id}`), {
        code: 'transcoder.failed',
        reason: because('said', { text: 'broken' }),
        retryInMs: null,
      });
    });
    expect((await failed()).length).toBe(1);
    expect(await cli.json(['jobs', 'retry', '-n'])).toEqual({ retried: 1 });
    expect((await failed()).length).toBe(1);
    expect(await cli.json(['jobs', 'retry'])).toEqual({ retried: 1 });
    expect(await failed()).toEqual([]);
  });

  it('of derive begins nothing, whatever else is said', async () => {
    await cli.station.addRecording(randomBytes(10));
    expect(await cli.json(['derive', '--again', '--yes', '-n'])).toMatchObject({ started: false });
  });
});

describe('--quiet', () => {
  it.each([['-q'], ['--quiet']])('%s leaves out what was done, before the command and after it', async (quiet) => {
    expect(await cli.run([quiet, 'officer', 'add', '041234', '--name', '王敏'])).toEqual({ status: 0, out: '', err: '' });
    expect(await cli.run(['case', 'import', cases, quiet])).toEqual({ status: 0, out: '', err: '' });
    expect(await cli.run(['suggestions', quiet])).toMatchObject({ status: 0, err: '' });
  });

  it('leaves answers and errors in', async () => {
    await cli.run(['-q', 'officer', 'import', officers]);
    expect((await cli.run(['officer', 'list', '-q'])).out).toContain('王敏');
    const { status, err } = await cli.run(['-q', 'recording', 'rec-none']);
    expect(status).toBe(1);
    expect(err).not.toBe('');
    expect((await cli.run(['-q', 'case', 'import', cases, '-n', '--lang', 'en'])).out).toContain('2 would be added');
  });

  it('stands with another flag in one word, and an error is JSON then as well', async () => {
    const { status, err } = await cli.run(['recording', 'rec-none', '-qj']);
    expect(status).toBe(1);
    expect(JSON.parse(err)).toMatchObject({ code: 'request.not-found' });
  });
});
