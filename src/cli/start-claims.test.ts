/*
 * Goal: a person sees when a recording started, how certain that is, and why. Method: the command line in this process over a real ledger.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StartClaim } from '#domain/start/claim';
import { speaker } from '#messages/language';
import { CommandLine } from '#test/support/station/command-line';
import { noteWords } from './words.ts';

let cli: CommandLine;
let id: string;

const claim = (
  source: StartClaim['source'],
  reading: string,
  written: string,
  startMs: number,
  verdict: StartClaim['verdict'],
): StartClaim => ({
  ...{ source, reading, written, startMs, verdict },
  ...{ until: null, durationMs: 90_000, why: verdict === 'not-used' ? 'after-docking' : null },
});

beforeAll(async () => {
  cli = await CommandLine.open();
  const start = Date.parse('2026-06-20T07:30:12Z');
  ({ id } = await cli.station.addRecording(Buffer.from('clip'), {
    startMs: start,
    notes: [{ code: 'time-uncertain', parameters: { from: 'container', claim: '2016-01-01T08:00:00', differenceS: -330_305_412 } }],
    startClaims: [
      claim('file-name', 'wall-clock', '2026-06-20T15:30:12', start, 'used'),
      claim('container', 'utc-end', '2016-01-01T00:01:30', Date.UTC(2016, 0, 1), 'differs'),
      claim('mtime', 'standard-end', '2036-02-07T06:28:16.000Z', Date.UTC(2036, 1, 7, 6, 26, 46), 'not-used'),
    ],
  }));
});

afterAll(() => cli.close());

describe('when a recording started', () => {
  it('has a mark in lists where it is uncertain', async () => {
    expect((await cli.run(['recordings'])).out).toMatch(new RegExp(`${id} .* time\\?`));
  });

  it('is told with what tells it, and what became of that', async () => {
    const { out } = await cli.run(['recording', id]);
    expect(out).toContain('its start is uncertain: the file itself says 2016-01-01 08:00:00, which is 3822 d 23:30:12 earlier');
    expect(out).toMatch(/the file name +wall clock +2026-06-20 15:30:12 +2026-06-20 15:30:12 +used\n/);
    expect(out).toMatch(/the file itself +UTC, end +2016-01-01 00:01:30 +2016-01-01 08:00:00 +differs\n/);
    expect(out).toMatch(/time of change +standard time, end +2036-02-07 06:28:16 +2036-02-07 14:26:46 +not used: after the docking\n/);
  });

  it('is told to scripts with the same claims', async () => {
    const { startClaims } = await cli.json(['recording', id]);
    expect(startClaims).toHaveLength(3);
    expect(startClaims[1]).toMatchObject({
      source: 'container',
      reading: 'utc-end',
      start: '2016-01-01T08:00:00.000+08:00',
      verdict: 'differs',
      why: null,
    });
  });

  it('is told in Chinese', () => {
    const words = noteWords(
      { say: speaker('zh-CN'), language: 'zh-CN' },
      { code: 'time-doubled', parameters: { claim: '2026-10-25T02:30:00', differenceS: 3600 } },
    );
    expect(words).toBe('夏令时结束，当天 2026-10-25 02:30:00 出现两次，相隔 1:00:00');
  });
});
