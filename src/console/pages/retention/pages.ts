import type { Page } from '../../shell/page.ts';

/** Pages: how long footage is kept, holds, disposal and duties. */
export const retentionPages: readonly Page[] = [];
