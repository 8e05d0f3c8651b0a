/*
 * Goal: a schedule is proposed, tried, adopted and explained from the command line, in both languages; who adopts is told in words what no longer is kept (the
 * accident of Oakland), and one person alone gets nowhere. Method: the whole command line in this process over a real ledger, with the real keeper of terms.
 */

import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RetentionKeeper } from '#desk/retention/keeper';
import { proposeSchedule } from '#desk/retention/versions';
import { STATION_ID } from '#test/support/builders';
import { LI } from '#test/support/retention/living';
import { readVersion, scheduleText } from '#test/support/retention/parts';
import { CommandLine } from '#test/support/station/command-line';

const DAY_MS = 86_400_000;
const QUARTER = scheduleText({ all: { minimum: 'P90D' } });
const WEEK = scheduleText({ all: { minimum: 'P7D' } });

let cli: CommandLine;
let keeper: RetentionKeeper;
let recording = '';

beforeAll(async () => {
  cli = await CommandLine.open();
  const { ledger, clock, deps } = cli.station;
  const failed = (error: unknown) => {
    throw error;
  };
  keeper = new RetentionKeeper({
    ...{ ledger, clock, shelf: deps.retention.shelf, stationId: STATION_ID, failed },
    clockWatch: { state: () => ({ kind: 'steady' }) },
  });
  recording = (await cli.station.addRecording(randomBytes(50), { category: 'inspection' })).id;
});

afterAll(() => cli.close());

const run = (...argv: string[]) => cli.run(['retention', ...argv]);
const zh = (...argv: string[]) => cli.run(['retention', ...argv, '--lang', 'zh-CN']);

async function proposedByLi(text: string): Promise<string> {
  const { ledger, clock } = cli.station;
  return String((await proposeSchedule({ ledger, clock, read: readVersion }, { text, by: LI })).version);
}

async function waitForForce(): Promise<void> {
  cli.station.clock.advance(7 * DAY_MS);
  await keeper.look();
}

it('is nothing without a schedule, and one person alone adopts none', async () => {
  expect((await run('show')).out).toContain('nothing is ever due');
  expect((await run('explain', recording)).err).toContain('no schedule was adopted yet');
  await writeFile(join(cli.station.directory, 'own.yaml'), QUARTER);
  expect((await run('propose', join(cli.station.directory, 'own.yaml'))).out).toBe(
    'Proposed as version 1. Next: evidock retention dry-run 1\n',
  );
  const tried = await run('dry-run', '1');
  expect(tried.out).toMatch(/Could be disposed of on the day it comes into force .*: 0 \(0 h, 0 GiB\)/);
  const digest = /Digest: ([0-9a-f]{64})/.exec(tried.out)?.[1] ?? '';
  const alone = await run('adopt', '1', '--digest', digest);
  expect([alone.status, alone.err]).toEqual([1, expect.stringContaining('another person adopts it')]);
  expect((await run('withdraw', '1', '--reason', 'once more')).out).toBe('Version 1: taken back\n');
});

it('counts once a second person has adopted it and its waiting period is over', async () => {
  const version = await proposedByLi(QUARTER);
  const { digest } = await cli.json(['retention', 'dry-run', version]);
  expect((await run('adopt', version, '--digest', 'ab'.repeat(32))).err).toContain('another digest');
  expect((await run('adopt', version, '--digest', digest)).out).toContain('Nothing is kept shorter than today.');
  expect((await run('show')).out).toContain('Adopted: version 2, table');
  await waitForForce();
  expect((await run('show')).out).toMatch(/In force: version 2, table, since 2026-06-27/);
  expect((await run('explain', recording)).out).toMatch(/^kept at least to the end of 2026-09-18, by rule all/);
  expect((await zh('explain', recording)).out).toMatch(/^至少保存到 2026-09-18 日终/);
});

it('tells whoever tries and adopts it, in words, what no longer is kept, and what was earned stays', async () => {
  const version = await proposedByLi(WEEK);
  const tried = (await run('dry-run', version)).out;
  const warning =
    'NO LONGER kept as long as today: recordings like these 1 (0.017 h, 0 GiB). These 1 themselves keep what they have earned.';
  expect(tried).toContain(warning);
  expect(tried).toContain('kept by rule all today, and by rule all then, which asks less: 1 (0.017 h, 0 GiB)');
  expect(tried).toContain(recording);
  const shown = (await zh('history', version)).out;
  expect(shown).toContain('不再像今天这样久地保存');
  const digest = /([0-9a-f]{64})/.exec(shown)?.[1] ?? '';
  expect((await run('adopt', version, '--digest', digest)).out).toContain(warning);
  await waitForForce();
  expect((await run('explain', recording)).out).toMatch(/^kept at least to the end of 2026-09-18: it has earned more .* version 2/);
  const states = (await run('history')).out;
  expect(states).toMatch(/3 +in force[\s\S]*2 +former[\s\S]*1 +taken back/);
  expect((await run('history', '2', '--text')).out).toBe(QUARTER);
});

it('is corrected by a second person', async () => {
  expect((await run('correct', recording, '--reason', 'a test card')).out).toContain('correction 1');
  const alone = await run('approve-correction', '1');
  expect([alone.status, alone.err]).toEqual([1, expect.stringContaining('another person decides')]);
  expect((await zh('corrections')).out).toMatch(/1 +已提出 +rec-\S+ +a test card/);
});
