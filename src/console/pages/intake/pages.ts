import type { Page } from '../../shell/page.ts';

/** Pages: what came in, and the registry. */
export const intakePages: readonly Page[] = [];
