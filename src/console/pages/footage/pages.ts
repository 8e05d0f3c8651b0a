import type { Page } from '../../shell/page.ts';

/** Pages: recordings, an officer’s own and all. */
export const footagePages: readonly Page[] = [];
