import type { Whole } from '../template.ts';
import { auditTypesZhCN } from './audit-types-zh-CN.ts';
import { casesPagesZhCN } from './cases-zh-CN.ts';
import type { pagesEn } from './en.ts';
import { footagePagesZhCN } from './footage-zh-CN.ts';
import { holdsPagesZhCN } from './holds-zh-CN.ts';
import { intakePagesZhCN } from './intake-zh-CN.ts';
import { kioskPagesZhCN } from './kiosk-zh-CN.ts';
import { looksPagesZhCN } from './looks-zh-CN.ts';
import { machinePagesZhCN } from './machine-zh-CN.ts';
import { mapPagesZhCN } from './map-zh-CN.ts';
import { playerPagesZhCN } from './player-zh-CN.ts';
import { retentionPagesZhCN } from './retention-zh-CN.ts';
import { shellZhCN } from './shell-zh-CN.ts';
import { stationPagesZhCN } from './station-zh-CN.ts';
import { supervisionPagesZhCN } from './supervision-zh-CN.ts';

const texts = {
  ...shellZhCN,
  ...playerPagesZhCN,
  ...mapPagesZhCN,
  ...looksPagesZhCN,
  ...kioskPagesZhCN,
  ...footagePagesZhCN,
  ...intakePagesZhCN,
  ...casesPagesZhCN,
  ...supervisionPagesZhCN,
  ...auditTypesZhCN,
  ...retentionPagesZhCN,
  ...holdsPagesZhCN,
  ...stationPagesZhCN,
  ...machinePagesZhCN,
} as const;

/** The same in Chinese. */
export const pagesZhCN: Whole<typeof pagesEn, typeof texts> = texts;
