import type { Whole } from '../template.ts';
import { auditReasonsZhCN } from './access/audit-zh-CN.ts';
import { doorsZhCN } from './access/doors-zh-CN.ts';
import { networkZhCN } from './access/network-zh-CN.ts';
import { peopleZhCN } from './access/people-zh-CN.ts';
import { policyZhCN } from './access/policy-zh-CN.ts';
import { signInZhCN } from './access/sign-in-zh-CN.ts';
import { archiveZhCN } from './archive-zh-CN.ts';
import { callUpZhCN } from './call-up/zh-CN.ts';
import { cardZhCN } from './card-zh-CN.ts';
import { casesZhCN } from './cases-zh-CN.ts';
import { commonZhCN } from './common-zh-CN.ts';
import { damageZhCN } from './damage-zh-CN.ts';
import { deskZhCN } from './desk-zh-CN.ts';
import { dockingZhCN } from './docking-zh-CN.ts';
import { doctorZhCN } from './doctor-zh-CN.ts';
import type { REASONS_EN } from './en.ts';
import { leaveZhCN } from './leave-zh-CN.ts';
import { ledgerZhCN } from './ledger-zh-CN.ts';
import { locksZhCN } from './locks/zh-CN.ts';
import { machineZh } from './machine-zh-CN.ts';
import { mediaZhCN } from './media-zh-CN.ts';
import { mendZhCN } from './mend-zh-CN.ts';
import { namesZhCN } from './names-zh-CN.ts';
import { recognitionZhCN } from './recognition-zh-CN.ts';
import { requestZhCN } from './request-zh-CN.ts';
import { disposalZhCN } from './retention/disposal-zh-CN.ts';
import { dutyReasonsZh } from './retention/duties-zh-CN.ts';
import { evictionZhCN } from './retention/eviction-zh-CN.ts';
import { explanationZhCN } from './retention/explanation-zh-CN.ts';
import { holdReasonsZh } from './retention/holds-zh-CN.ts';
import { retentionZhCN } from './retention/schedule-zh-CN.ts';
import { scrubReasonsZhCN } from './retention/scrub-zh-CN.ts';
import { shiftReasonsZh } from './retention/shifts-zh-CN.ts';
import { termsZhCN } from './retention/terms-zh-CN.ts';
import { stationZhCN } from './station-zh-CN.ts';
import { verifyZhCN } from './verify-zh-CN.ts';
import { workZhCN } from './work-zh-CN.ts';

const zhCN = {
  ...commonZhCN,
  ...policyZhCN,
  ...archiveZhCN,
  ...locksZhCN,
  ...workZhCN,
  ...cardZhCN,
  ...machineZh,
  ...mediaZhCN,
  ...ledgerZhCN,
  ...deskZhCN,
  ...requestZhCN,
  ...leaveZhCN,
  ...auditReasonsZhCN,
  ...stationZhCN,
  ...signInZhCN,
  ...namesZhCN,
  ...peopleZhCN,
  ...damageZhCN,
  ...dockingZhCN,
  ...recognitionZhCN,
  ...casesZhCN,
  ...doctorZhCN,
  ...mendZhCN,
  ...verifyZhCN,
  ...networkZhCN,
  ...doorsZhCN,
  ...callUpZhCN,
  ...dutyReasonsZh,
  ...holdReasonsZh,
  ...retentionZhCN,
  ...explanationZhCN,
  ...disposalZhCN,
  ...scrubReasonsZhCN,
  ...evictionZhCN,
  ...shiftReasonsZh,
  ...termsZhCN,
} as const;

/** The same in Chinese. Does not compile where a reason has no text here, or other parameters than in English. */
export const REASONS_ZH: Whole<typeof REASONS_EN, typeof zhCN> = zhCN;
