import { en } from './en.ts';
import { zhCN } from './zh-CN.ts';

export type TextKey = keyof typeof en;
export const LANGUAGES = ['zh-CN', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];
type Values = Readonly<Record<string, string | number | null | undefined>>;
/** The text of a key with its values filled in. */
export type Say = (key: TextKey, values?: Values) => string;

/** The language: from `--lang`, else EVIDOCK_LANG, else the locale. A locale without a language (unset, C, POSIX) gives the station's own, Chinese. */
export function languageOf(asked: string | null, env: Readonly<Record<string, string | undefined>>): Language {
  for (const text of [asked ?? '', env['EVIDOCK_LANG'] ?? '', env['LC_ALL'] ?? '', env['LANG'] ?? '']) {
    if (/^zh/i.test(text)) return 'zh-CN';
    if (text !== '' && !/^(C|POSIX)([._-]|$)/i.test(text)) return 'en';
  }
  return 'zh-CN';
}

/** `{files}`: the value; `{files:file|files}`: the first word for one, else the second. */
const FILLED = /\{(\w+)(?::([^|{}]*)\|([^|{}]*))?\}/g;

export function speaker(language: Language): Say {
  const texts: Readonly<Record<TextKey, string>> = language === 'en' ? en : zhCN;
  return (key, values = {}) =>
    texts[key].replace(FILLED, (_, name: string, one?: string, many?: string) => {
      if (one !== undefined) return (Number(values[name]) === 1 ? one : many) ?? '';
      return String(values[name] ?? '—');
    });
}

/** Whether the catalogue has a key. For codes of which there may be more than this version knows, such as custody types. */
export function hasText(key: string): key is TextKey {
  return Object.hasOwn(en, key);
}
