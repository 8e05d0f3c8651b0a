import { describe, expect, it } from 'vitest';
import { errorWords } from './error-words.ts';
import { ERRORS_EN } from './errors-en.ts';
import { LANGUAGES } from './language.ts';
import { type Reason, type ReasonCode, reasonText } from './reason.ts';
import { REASONS_EN } from './reasons/en.ts';
import { REASONS_ZH } from './reasons/zh-CN.ts';

const CODES = Object.keys(REASONS_EN) as ReasonCode[];
const NAMES_OF = (text: string) => new Set([...text.matchAll(/\{(\w+)/g)].map(([, name = '']) => name));
const INNER: Reason = { code: 'ledger-closed', params: {} };

/** A value of the type that each parameter has by its name. */
function example(name: string): Reason['params'][string] {
  if (name === 'why' || name === 'second' || name === 'step') return INNER;
  if (name === 'whys') return [INNER, { code: 'no-space', params: {} }];
  if (name === 'failure' || name === 'remedy') return 'vault.full';
  if (name === 'names') return ['X1', 'X2'];
  return ['size', 'free', 'partSize', 'span', 'bytes', 'count'].includes(name) ? 4096 : `V-${name}`;
}

const exampleOf = (code: ReasonCode): Reason => ({
  code,
  params: Object.fromEntries([...NAMES_OF(REASONS_EN[code])].map((name) => [name, example(name)])),
});

describe('every reason', () => {
  it.each(LANGUAGES)('is told whole in %s: each parameter is in it, and nothing is missing', (language) => {
    for (const code of CODES) {
      const { params } = exampleOf(code);
      const text = reasonText(language, { code, params });
      expect(text, code).not.toMatch(/undefined|NaN|\[object|—$|\{|\}/);
      for (const [name, value] of Object.entries(params))
        if (typeof value === 'string' && name !== 'failure' && name !== 'remedy') expect(text, `${code} ${name}`).toContain(value);
    }
  });

  it('is Chinese in Chinese: beyond names, commands and fields there is no English', () => {
    for (const code of CODES) {
      const plain = String(REASONS_ZH[code])
        .replace(/\{[^}]*\}/g, '')
        .replace(/evidock [a-z]+( [a-z]+)?|--[a-z]+( [a-z-]+)?/g, '')
        .replace(/apt-get install [a-z0-9-]+|timedatectl set-ntp true/g, '');
      expect(plain, code).not.toMatch(/[A-Za-z]{2,} [a-z]{2,}/);
      if (/[a-z]{4,} [a-z]{2,}/.test(REASONS_EN[code].replace(/\{[^}]*\}/g, ''))) expect(plain, code).toMatch(/\p{Script=Han}/u);
    }
  });

  it('has a code that says something, and English without Chinese', () => {
    for (const code of CODES) {
      expect(code).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(REASONS_EN[code], code).not.toMatch(/\p{Script=Han}/u);
    }
  });
});

it('a reason within a reason is told in the same language, and a list of them in its own way', () => {
  const inner: Reason = { code: 'no-recording', params: { recording: 'rec-1' } };
  const outer: Reason = { code: 'not-imported', params: { why: { code: 'and-more', params: { whys: [inner, inner], count: 3 } } } };
  expect(reasonText('en', outer)).toBe('nothing was imported: recording rec-1; recording rec-1; and 3 more');
  expect(reasonText('zh-CN', outer)).toBe('没有导入任何内容：录像 rec-1；录像 rec-1；另有 3 项');
});

it('figures are shown as people read them, and one is not several', () => {
  const left = (files: number): Reason => ({ code: 'still-on-recorder', params: { files, size: 3 * 1024 * 1024 } });
  expect([reasonText('en', left(1)), reasonText('en', left(2))]).toEqual([
    '1 file (3.0 MiB) still on the recorder',
    '2 files (3.0 MiB) still on the recorder',
  ]);
  expect(reasonText('zh-CN', { code: 'clock-behind', params: { span: 7_500_000 } })).toBe('慢 2 小时 5 分钟');
});

it('a code that has a word is told by its word, and what is none as it is', () => {
  const told = (state: string) => reasonText('zh-CN', { code: 'decided-already', params: { id: 'sug-1', state, actor: '王' } });
  expect(['accepted', 'running', 'listed', 'derived'].map(told)).toEqual(
    ['已接受', '进行中', '待复制', '已就绪'].map((word) => expect.stringContaining(`${word}`)),
  );
  expect(told('moonlit')).toContain('moonlit');
  expect(reasonText('zh-CN', { code: 'no-derivative', params: { recording: 'r', what: 'contact-sheet' } })).toContain('缩略图拼版');
  const head = (place: string): Reason => ({ code: 'head-differs', params: { seq: 4, place } });
  expect([head('vault'), head('archive')].map((each) => reasonText('zh-CN', each))).toEqual([
    expect.stringContaining('本地库'),
    expect.stringContaining('归档'),
  ]);
  expect(reasonText('en', head('vault'))).toContain('the vault');
});

it('what another version said is shown by its parameters, and never throws', () => {
  const foreign = { code: 'moon-full', params: { phase: 4, why: INNER } } as unknown as Reason;
  expect(reasonText('en', foreign)).toBe('moon-full phase 4 why the ledger is closed');
  expect(reasonText('zh-CN', foreign)).toContain('账本已关闭');
  expect(errorWords('zh-CN', 'moon.full')).toEqual({ what: 'moon.full', remedy: '' });
});

it('every error has its words in both languages', () => {
  for (const code of Object.keys(ERRORS_EN)) {
    expect(errorWords('en', code).remedy, code).toMatch(/[a-z]/);
    expect(errorWords('zh-CN', code).what, code).toMatch(/\p{Script=Han}/u);
  }
});
