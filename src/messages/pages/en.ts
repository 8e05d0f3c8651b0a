import { auditTypesEn } from './audit-types-en.ts';
import { casesPagesEn } from './cases-en.ts';
import { footagePagesEn } from './footage-en.ts';
import { holdsPagesEn } from './holds-en.ts';
import { intakePagesEn } from './intake-en.ts';
import { kioskPagesEn } from './kiosk-en.ts';
import { looksPagesEn } from './looks-en.ts';
import { machinePagesEn } from './machine-en.ts';
import { mapPagesEn } from './map-en.ts';
import { playerPagesEn } from './player-en.ts';
import { retentionPagesEn } from './retention-en.ts';
import { shellEn } from './shell-en.ts';
import { stationPagesEn } from './station-en.ts';
import { supervisionPagesEn } from './supervision-en.ts';

/** All texts of the console's pages in English, beside those that commands and pages share (../en.ts). */
export const pagesEn = {
  ...shellEn,
  ...playerPagesEn,
  ...mapPagesEn,
  ...looksPagesEn,
  ...kioskPagesEn,
  ...footagePagesEn,
  ...intakePagesEn,
  ...casesPagesEn,
  ...supervisionPagesEn,
  ...auditTypesEn,
  ...retentionPagesEn,
  ...holdsPagesEn,
  ...stationPagesEn,
  ...machinePagesEn,
} as const;
