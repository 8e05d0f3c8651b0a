import { shellEn } from './shell-en.ts';

/** All texts of the console's pages in English, beside those that commands and pages share (../en.ts). */
export const pagesEn = { ...shellEn } as const;
