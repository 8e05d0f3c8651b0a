import { en } from './en.ts';
import { ERRORS_EN } from './errors-en.ts';
import { REASONS_EN } from './reasons/en.ts';
import type { Words } from './words.ts';

export const wordsEn: Words = { language: 'en', reasons: REASONS_EN, errors: ERRORS_EN, texts: en };
