import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { bytesText } from '#messages/figures';
import { clip, durationText, jsonText, obeyedByNone, printable, tableLines, timeText } from './table.ts';

describe('what a terminal would obey', () => {
  it.each([
    ['\u009b31m', '\\u{9b}31m'],
    ['\u001b[2J', '\\u{1b}[2J'],
    ['a\u0085b', 'a\\u{85}b'],
    ['two\nlines\tand a tab', 'two\nlines\tand a tab'],
  ])('is shown by its code in printed lines', (text, expected) => expect(obeyedByNone(text)).toBe(expected));

  it('is an escape in JSON, which means the same', () => {
    const value = { a: 'x\u009b31m\u202e\u{e0041}y\u007f', b: '执法\u3000一' };
    const text = jsonText(value);
    expect(text).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(text).toContain('执法\u3000一');
    expect(JSON.parse(text)).toEqual(value);
  });

  it('is not in a text from outside, nor is what nobody sees', () => {
    expect(printable('a\u115f\ufe0f\u2800\u00a0b\u3000c')).toBe('a\\u{115f}\\u{fe0f}\\u{2800}\\u{a0}b\u3000c');
  });
});

describe('tables', () => {
  it('stand straight in any script', () => {
    const lines = tableLines(
      [{ title: '姓名' }, { title: 'Files', right: true }, { title: 'End' }],
      [
        ['王敏', '7', 'x'],
        ['Li Wei', '12345', 'y'],
      ],
    );
    expect(lines).toEqual(['姓名    Files  End', '王敏        7  x', 'Li Wei  12345  y']);
    // The last cells of all lines begin in the same column.
    expect(new Set(lines.map((line) => stringWidth(line.slice(0, -line.split('  ').at(-1)!.length)))).size).toBe(1);
  });

  it('cut what is too long, never a wide character in half', () => {
    expect(clip('执法记录仪', 5)).toBe('执法…');
    expect(clip('执法记录仪', 6)).toBe('执法…');
    expect(clip('abc', 3)).toBe('abc');
  });

  it('count and cut what is seen as one character as one', () => {
    const family = '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}';
    expect(clip(`${family}abc`, 4)).toBe(`${family}a…`);
    expect(clip(`${family}abc`, 5)).toBe(`${family}abc`);
    expect(clip('e\u0301e\u0301e\u0301', 2)).toBe('e\u0301…');
    expect(clip('ＡＢＣ', 5)).toBe('ＡＢ…');
    expect(clip('한국어', 5)).toBe('한국…');
    const rows = tableLines(
      [{ title: '' }, { title: '' }],
      [
        ['警', 'x'],
        ['ab', 'y'],
        ['e\u0301f', 'z'],
      ],
    );
    expect(rows).toEqual(['警  x', 'ab  y', 'e\u0301f  z']);
  });

  it('never send a control character of a card to the terminal', () => {
    expect(printable('a\u001b[31m\u202eb\n')).toBe('a\\u{1b}[31m\\u{202e}b\\u{a}');
    expect(tableLines([{ title: 'P' }], [['\u001b]0;x\u0007']])[1]).toBe('\\u{1b}]0;x\\u{7}');
  });
});

describe('figures', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [1536 * 1024, '1.5 MiB'],
    [200 * 1024 ** 3, '200 GiB'],
    [3 * 1024 ** 5, '3072 TiB'],
  ])('%i bytes are %s', (bytes, text) => expect(bytesText(bytes)).toBe(text));

  it.each([
    [null, ''],
    [1500, '1.5 s'],
    [61_000, '1:01'],
    [3_723_000, '1:02:03'],
  ])('%s ms are %s', (ms, text) => expect(durationText(ms)).toBe(text));

  it('show the wall clock of the station', () => {
    expect(timeText('2026-06-20T15:00:00.001+08:00')).toBe('2026-06-20 15:00:00');
    expect(timeText(null)).toBe('');
  });
});
