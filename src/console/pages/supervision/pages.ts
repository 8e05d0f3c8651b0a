import type { Page } from '../../shell/page.ts';

/** Pages: requests, the access log and reports. */
export const supervisionPages: readonly Page[] = [];
