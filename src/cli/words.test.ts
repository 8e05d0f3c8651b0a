import { describe, expect, it } from 'vitest';
import { KINDS } from '#domain/kind';
import { LINK_RELATIONS, NOTE_CODES } from '#domain/notes';
import { DERIVATIVE_KINDS, ORIGINAL_STATES, RECORDING_STATES } from '#domain/recording';
import { CASE_STAGES, CATEGORIES } from '#domain/registry';
import { suggestFor } from '#domain/suggest';
import { LANGUAGES, speaker } from '#messages/language';
import { reasonText } from '#messages/reason';
import { failureWords, linkWords, noteWords, word } from './words.ts';

const chinese = speaker('zh-CN');
const START = Date.parse('2026-06-20T15:00:00+08:00');

describe('words for codes', () => {
  it.each([
    ['kind', KINDS],
    ['state', RECORDING_STATES],
    ['original', ORIGINAL_STATES],
    ['stage', CASE_STAGES],
    ['category', CATEGORIES],
    ['derivative', DERIVATIVE_KINDS],
  ] as const)('are there in Chinese for every %s', (family, codes) => {
    for (const code of codes) expect(word(chinese, family, code), code).toMatch(/^\p{Script=Han}+$/u);
  });

  it('are there for every note and every link', () => {
    for (const language of LANGUAGES) {
      const say = speaker(language);
      for (const code of NOTE_CODES) expect(noteWords({ say, language }, { code, parameters: {} })).not.toBe(code);
      for (const relation of LINK_RELATIONS) expect(linkWords(say, { relation, recordingId: 'rec-1' })).not.toBe(`${relation} rec-1`);
    }
  });

  it('are the code itself where the catalogue has none', () => {
    expect(word(chinese, 'kind', 'hologram')).toBe('hologram');
    expect(failureWords('zh-CN', 'moon.full')).toBe('moon.full');
    expect(failureWords('en', 'vault.full')).toBe('The station disk is at its reserve');
    expect(failureWords('zh-CN', 'vault.full')).toBe('采集站磁盘已到预留空间');
  });
});

describe('the reason of a suggestion', () => {
  it.each([
    [0, 60_000, '041234', '录制于事件期间；执法人员 041234 参与；Market; hall 2'],
    [-60_000, 120_000, null, '部分录制于事件期间；执法人员未知；Market; hall 2'],
    [-600_000, 60_000, '041234', '录制时间距事件 9 分钟；执法人员 041234 参与；Market; hall 2'],
  ])('made by the domain is told in Chinese (%i ms from the start)', (offsetMs, durationMs, officerId, expected) => {
    const event = {
      id: 'evt',
      caseNumber: 'A-1',
      stage: 'evidence',
      officerIds: ['041234'],
      startMs: START,
      endMs: START + 600_000,
      place: 'Market; hall 2',
    } as const;
    const [match] = suggestFor({ startMs: START + offsetMs, durationMs, officerId }, [event], 600_000);
    // The place is a person's own text and stays as it was written.
    expect(match && reasonText('zh-CN', match.reason)).toBe(expected);
  });
});
