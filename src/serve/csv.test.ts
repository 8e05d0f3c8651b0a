/* Goal: a spreadsheet shows what was written and carries nothing out. Method: cells that spreadsheets take for formulas; csv-parse reads the lines back. */

import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { csvLine } from './csv.ts';

const readBack = (cells: readonly (string | number | null)[]) => (parse(csvLine(cells), { relax_quotes: false }) as string[][])[0];

describe('csvLine', () => {
  it.each([
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    ' =1',
    '\u3000=1',
    '\u00a0=1',
    '\ufeff=1',
    '＝1+1',
    '＋1',
    '－1',
    '＠x',
    ' ＝HYPERLINK("http://x")',
  ])('shows %j as text', (text) => {
    const [cell = ''] = readBack([text]) ?? [];
    expect(cell.startsWith("'")).toBe(true);
    expect(cell.slice(1)).toBe(text);
  });

  it('leaves other texts as they are, whatever signs are in them', () => {
    const texts = ['Wang, "the" third', 'a=1', '王敏', 'line 1\nline 2', '1-2', '', "'quoted", 'a;b\tc'];
    expect(readBack(texts)).toEqual(texts);
  });

  it('writes numbers plainly, nothing for null, ends lines as the standard says, and replaces control characters', () => {
    expect(csvLine([1, null, 'x'])).toBe('1,,"x"\r\n');
    expect(csvLine(['a\u0000b\u0007\u009bc'])).toBe('"a\ufffdb\ufffd\ufffdc"\r\n');
    expect(csvLine([-5])).toBe('"\'-5"\r\n');
  });
});
