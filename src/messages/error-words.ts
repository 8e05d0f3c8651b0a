import { ERRORS_EN } from './errors-en.ts';
import { ERRORS_ZH } from './errors-zh-CN.ts';
import type { Language } from './language.ts';

interface ErrorWords {
  readonly what: string;
  readonly remedy: string;
}

/** What an error code means, and what to do. For a code that this version does not know: the code itself, and nothing to do. */
export function errorWords(language: Language, code: string): ErrorWords {
  const words: Readonly<Record<string, ErrorWords>> = language === 'en' ? ERRORS_EN : ERRORS_ZH;
  return (Object.hasOwn(words, code) ? words[code] : undefined) ?? { what: code, remedy: '' };
}
