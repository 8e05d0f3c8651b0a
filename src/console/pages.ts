import type { Page } from './shell/page.ts';

/** Every page of the console, in the order of the menu. The first that somebody has is theirs at `/`. */
export const PAGES: readonly Page[] = [];
