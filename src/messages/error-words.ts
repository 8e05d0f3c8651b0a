import { ERRORS_EN } from './errors-en.ts';
import { ERRORS_ZH } from './errors-zh-CN.ts';
import type { Language } from './language.ts';
import { type ErrorWords, errorIn } from './words.ts';

/** What an error code means, and what to do. For a code that this version does not know: the code itself, and nothing to do. */
export function errorWords(language: Language, code: string): ErrorWords {
  return errorIn({ errors: language === 'en' ? ERRORS_EN : ERRORS_ZH }, code);
}
