import { archiveZhCN } from './archive-zh-CN.ts';
import { cardZhCN } from './card-zh-CN.ts';
import { commonZhCN } from './common-zh-CN.ts';
import { deskZhCN } from './desk-zh-CN.ts';
import { ledgerZhCN } from './ledger-zh-CN.ts';
import { mediaZhCN } from './media-zh-CN.ts';
import { namesZhCN } from './names-zh-CN.ts';
import { requestZhCN } from './request-zh-CN.ts';
import { stationZhCN } from './station-zh-CN.ts';
import { workZhCN } from './work-zh-CN.ts';

/** The same in Chinese. */
export const REASONS_ZH = {
  ...commonZhCN,
  ...archiveZhCN,
  ...workZhCN,
  ...cardZhCN,
  ...mediaZhCN,
  ...ledgerZhCN,
  ...deskZhCN,
  ...requestZhCN,
  ...stationZhCN,
  ...namesZhCN,
} as const;
