/*
 * Goal: no two names look alike in a list, nothing unseen is in it, and every name can be turned back into its bytes. Method: pairs that people were fooled
 * with, names that must stay readable, and any bytes at all.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printableName, rawName } from './card-path.ts';

const shown = (name: string) => printableName(Buffer.from(name));

describe('a name', () => {
  it.each([
    ['Cyrillic О in Latin', 'MОVI0001.MP4'],
    ['nothing but look-alikes', 'СОР.MP4'],
    ['a look-alike in the extension', 'MOVI0001.МР4'],
    ['Greek Α and omicron', 'CΑMERA.mοv'],
    ['wide letters and digits', 'ＭＯＶＩ0001.mp4'],
    ['a mathematical letter', '𝐌OVI.mp4'],
    ['a Roman numeral', 'part Ⅰ.mp4'],
    ['a ligature', 'oﬃce.mp4'],
    ['a wide stop before the real extension', 'a．mp4.exe'],
    ['a one-dot leader', 'a․mp4'],
    ['a fraction slash', 'DCIM⁄A.mp4'],
    ['a division slash', 'DCIM∕A.mp4'],
    ['a non-breaking hyphen', 'a‑b.mp4'],
    ['a minus sign', 'a−b.mp4'],
    ['a no-break space', 'a\u00a0b.mp4'],
    ['an ideographic space', 'a　b.mp4'],
    ['a Hangul filler', 'aㅤ.mp4'],
    ['a variation selector', 'a️.mp4'],
    ['a tag character', 'a\u{e0041}.mp4'],
    ['an empty Braille cell', 'a⠀.mp4'],
    ['a grapheme joiner', 'a͏b.mp4'],
    ['a letter and its mark', 'cafe\u0301.mp4'],
    ['a C1 control character', 'a\u009b31m.mp4'],
    ['an override', '\u202egpj.exe'],
    ['a zero-width joiner', 'a\u200db.mp4'],
    ['the Kelvin sign', '\u212a1.mp4'],
  ])('with %s shows it by its bytes', (_, name) => {
    expect(shown(name)).toMatch(/%[0-9A-F]{2}/);
    expect(Buffer.from(rawName(shown(name))).toString()).toBe(name);
  });

  it.each([
    '执法记录（一）.mp4',
    '警号：041234，第2段.MP4',
    '「证据」——现场.mov',
    'Видео дома.mp4',
    'Εικόνα.jpg',
    'café.mp4',
    '비디오.mp4',
    'ビデオ.mp4',
    'فيديو.mp4',
    'DSJ_0001-2 (copy).MP4',
  ])('that is honest stays as it is: %s', (name) => expect(shown(name)).toBe(name));

  it('of any bytes can be turned back, and shows nothing unseen', () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 40 });
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).map((name) => new Uint8Array(Buffer.from(name)));
    fc.assert(
      fc.property(fc.oneof(bytes, text), (raw) => {
        const name = printableName(raw);
        expect(Buffer.from(rawName(name)).equals(Buffer.from(raw))).toBe(true);
        expect(name).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}/\\]/u);
        // What is shown means nothing else when it is written by another program: no normal form changes it.
        expect(name.normalize('NFC')).toBe(name);
      }),
      { numRuns: 1500 },
    );
  });
});
