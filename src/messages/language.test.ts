import { describe, expect, it } from 'vitest';
import { CUSTODY_TYPES } from '#domain/custody/catalogue';
import { ERRORS } from '#domain/errors';
import { KINDS } from '#domain/kind';
import { RECORDING_STATES } from '#domain/recording';
import { en } from './en.ts';
import { ERRORS_ZH } from './errors-zh-CN.ts';
import { hasText, languageOf, speaker } from './language.ts';
import { zhCN } from './zh-CN.ts';

const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

describe('the catalogues', () => {
  it('have the same keys and the same places to fill in', () => {
    expect(Object.keys(zhCN).sort()).toEqual(Object.keys(en).sort());
    for (const [key, text] of Object.entries(en)) expect(placeholders(zhCN[key as keyof typeof en]), key).toEqual(placeholders(text));
  });

  it('are in their own language', () => {
    for (const [key, text] of Object.entries(en)) expect(text, key).not.toMatch(/\p{Script=Han}/u);
    // The doctor calls programs and buses by their names, which are the same in both languages.
    for (const [key, text] of Object.entries(zhCN))
      if (!/^check\.[a-z]+$/.test(key) || text.includes(' ')) expect(text, key).toMatch(/\p{Script=Han}|^\p{P}$/u);
    for (const [code, { what, remedy }] of Object.entries(ERRORS_ZH))
      expect(what + remedy, code).toMatch(/\p{Script=Han}.*\p{Script=Han}/u);
  });

  it('have words for every error, custody entry, state and kind', () => {
    expect(Object.keys(ERRORS_ZH).sort()).toEqual(Object.keys(ERRORS).sort());
    for (const type of CUSTODY_TYPES) expect(hasText(`custody.${type}`), type).toBe(true);
    for (const state of RECORDING_STATES) expect(hasText(`state.${state}`), state).toBe(true);
    for (const kind of KINDS) expect(hasText(`kind.${kind}`), kind).toBe(true);
  });

  it('fill in values, and show where one is missing', () => {
    expect(speaker('en')('case.added', { number: 'A-1' })).toBe('Case A-1 added.');
    expect(speaker('en')('case.added', { number: null })).toBe('Case — added.');
  });
});

describe('languageOf', () => {
  it.each([
    [null, {}, 'zh-CN'],
    [null, { LANG: 'C' }, 'zh-CN'],
    [null, { LANG: 'C.UTF-8' }, 'zh-CN'],
    [null, { LANG: 'POSIX' }, 'zh-CN'],
    [null, { LANG: 'zh_CN.UTF-8' }, 'zh-CN'],
    [null, { LANG: 'en_GB.UTF-8' }, 'en'],
    [null, { LANG: 'cs_CZ.UTF-8' }, 'en'],
    [null, { LC_ALL: 'en_US.UTF-8', LANG: 'zh_CN.UTF-8' }, 'en'],
    [null, { LC_ALL: 'C', LANG: 'en_US.UTF-8' }, 'en'],
    [null, { EVIDOCK_LANG: 'en', LANG: 'zh_CN.UTF-8' }, 'en'],
    ['zh-CN', { EVIDOCK_LANG: 'en' }, 'zh-CN'],
  ] as const)('%s with %o is %s', (asked, env, expected) => {
    expect(languageOf(asked, env)).toBe(expected);
  });
});
