import type { Page } from '../../shell/page.ts';

/** Pages: the station itself, accounts and policy. */
export const stationPages: readonly Page[] = [];
