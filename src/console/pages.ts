import { casesPages } from './pages/cases/pages.ts';
import { footagePages } from './pages/footage/pages.ts';
import { intakePages } from './pages/intake/pages.ts';
import { retentionPages } from './pages/retention/pages.ts';
import { stationPages } from './pages/station/pages.ts';
import { supervisionPages } from './pages/supervision/pages.ts';
import type { Page } from './shell/page.ts';

/** Every page of the console, in the order of the menu. The first that somebody has and that stands in the menu is theirs at `/`. */
export const PAGES: readonly Page[] = [
  ...intakePages,
  ...footagePages,
  ...casesPages,
  ...supervisionPages,
  ...retentionPages,
  ...stationPages,
];
