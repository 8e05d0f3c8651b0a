/* Goal: what a person writes as a time is the time that they meant, or none. Method: each way of writing, and what only looks like one. */
import { describe, expect, it } from 'vitest';
import { writtenToMs } from './station-time.ts';

const ZONE = 'Asia/Shanghai';
const at = (iso: string) => Date.parse(iso);

describe('a written time', () => {
  it.each([
    ['2026-06-20', '2026-06-19T16:00:00Z'],
    ['2026/06/20', '2026-06-19T16:00:00Z'],
    ['20260620', '2026-06-19T16:00:00Z'],
    [' 2026-06-20 15:30 ', '2026-06-20T07:30:00Z'],
    ['2026-06-20T15:30:12', '2026-06-20T07:30:12Z'],
    ['2026-06-20T15:30Z', '2026-06-20T15:30:00Z'],
    ['2026-06-20 15:30+02:00', '2026-06-20T13:30:00Z'],
  ])('%s', (text, meant) => {
    expect(writtenToMs(text, ZONE)).toBe(at(meant));
  });

  it.each([
    '',
    '08:00',
    'T08:00',
    '2026',
    '2026-06',
    '2026-W25',
    '2026-171',
    '2026-13-01',
    '2026-02-30',
    '202606201',
    'yesterday',
    '1781940600000',
  ])('is not %s', (text) => {
    expect(writtenToMs(text, ZONE)).toBeNaN();
  });
});
