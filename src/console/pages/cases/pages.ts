import type { Page } from '../../shell/page.ts';

/** Pages: cases, search and the player. */
export const casesPages: readonly Page[] = [];
