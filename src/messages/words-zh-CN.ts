import { ERRORS_ZH } from './errors-zh-CN.ts';
import { REASONS_ZH } from './reasons/zh-CN.ts';
import type { Words } from './words.ts';
import { zhCN } from './zh-CN.ts';

export const wordsZhCN: Words = { language: 'zh-CN', reasons: REASONS_ZH, errors: ERRORS_ZH, texts: zhCN };
