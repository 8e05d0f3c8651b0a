import { describe, expect, it } from 'vitest';
import { kioskPagesEn } from '#messages/pages/kiosk-en';
import { filled } from '#messages/template';
import { type SlotFacts, shownOf } from './words.ts';

const SAFE: SlotFacts = {
  ...{ phase: 'safe', waiting: null, warning: null, problem: null, battery: null, filesListed: 3, filesSealed: 3, filesRefused: 0 },
  ...{ bytesListed: 30, bytesCopied: 30, bytesPerSecond: 0, secondsLeft: null },
};

const linesOf = (battery: SlotFacts['battery'], phase = 'safe') =>
  shownOf(
    { ...SAFE, battery, phase },
    (key, values = {}) => filled(kioskPagesEn[key], (name) => values[name]),
    (code) => ({ what: code, remedy: '' }),
    true,
  ).lines;

describe('a tile that is safe', () => {
  it('shows the charge where the recorder told it, and what a shift needs where that is more', () => {
    expect(linesOf({ percent: 62, percentMin: 30, low: false })).toEqual(['3 files stored and verified', 'Battery 62% on arrival']);
    expect(linesOf({ percent: 0, percentMin: 30, low: true })).toContain('Battery 0%: charge it to 30% before your shift');
    expect(linesOf(null)).toEqual(['3 files stored and verified']);
  });

  it('is the only one that does: until then nobody is to think of taking it', () => {
    expect(linesOf({ percent: 5, percentMin: 30, low: true }, 'copying').join()).not.toContain('5%');
  });
});
