/*
 * Goal: no two names look alike in a list, nothing unseen is in it, and every name can be turned back into its bytes. Method: pairs that people were fooled
 * with, names that must stay readable, and any bytes at all.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printableName, rawName } from './path.ts';

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

  const MARK = Buffer.from('\u0300');
  it.each([
    ['a mark after a byte that is no character', Buffer.concat([Buffer.from([0x9a]), MARK, Buffer.from([0])])],
    ['a percent sign, and a letter with its mark in one', Buffer.from('%9À\0')],
    ['a percent sign, and a letter and its mark', Buffer.from('%9A\u0300\0')],
    ['a mark after a character that is not seen', Buffer.from('\u202a\u0300')],
    ['a mark after a mark after such a one', Buffer.from('\u202a\u0323\u0307')],
    ['a mark after a look-alike', Buffer.from('MОVI\u0301')],
    ['a mark at the beginning, where a slash stands before it', MARK],
    ['letters of Hangul one by one', Buffer.from('\u1107\u1175\u1103\u1175\u110b\u1169.mp4')],
    ['a syllable of Hangul and its final', Buffer.from('\uac00\u11a8')],
    ['letters of Kirat Rai one by one', Buffer.from('\u{16d67}\u{16d67}')],
  ])('with %s is shown so that no spelling of it is another name', (_, raw) => {
    const name = printableName(raw);
    expect(Buffer.from(rawName(name))).toEqual(raw);
    expect(name.normalize('NFC')).toBe(name);
    expect(name).toMatch(/%[0-9A-F]{2}/);
    expect(name).not.toMatch(/(?:^|%[0-9A-F]{2})\p{M}/u);
  });

  it('of any bytes can be turned back, and shows nothing unseen', () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 40 });
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).map((name) => new Uint8Array(Buffer.from(name)));
    // What is rare in both: escapes, marks and letters that join what stands before them.
    const unit = fc.constantFrom(
      'A',
      'e',
      '9',
      '%',
      '\u0300',
      '\u0323',
      '\u0338',
      '\u1112',
      '\u1161',
      '\u11ab',
      '\uac00',
      'À',
      '\u202e',
      'О',
      '\0',
      '.',
    );
    const piece = fc.oneof(
      unit.map((one) => [...Buffer.from(one)]),
      fc.integer({ min: 0x80, max: 0xff }).map((byte) => [byte]),
    );
    const mixed = fc.array(piece, { minLength: 1, maxLength: 12 }).map((pieces) => Uint8Array.from(pieces.flat()));
    fc.assert(
      fc.property(fc.oneof(bytes, text, mixed), (raw) => {
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
