import type { Whole } from '../template.ts';
import type { pagesEn } from './en.ts';
import { shellZhCN } from './shell-zh-CN.ts';

const texts = { ...shellZhCN } as const;

/** The same in Chinese. */
export const pagesZhCN: Whole<typeof pagesEn, typeof texts> = texts;
