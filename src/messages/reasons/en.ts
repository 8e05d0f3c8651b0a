import { auditReasonsEn } from './access/audit-en.ts';
import { doorsEn } from './access/doors-en.ts';
import { networkEn } from './access/network-en.ts';
import { peopleEn } from './access/people-en.ts';
import { policyEn } from './access/policy-en.ts';
import { signInEn } from './access/sign-in-en.ts';
import { archiveEn } from './archive-en.ts';
import { callUpEn } from './call-up/en.ts';
import { cardEn } from './card-en.ts';
import { casesEn } from './cases-en.ts';
import { commonEn } from './common-en.ts';
import { damageEn } from './damage-en.ts';
import { deskEn } from './desk-en.ts';
import { dockingEn } from './docking-en.ts';
import { doctorEn } from './doctor-en.ts';
import { leaveEn } from './leave-en.ts';
import { ledgerEn } from './ledger-en.ts';
import { locksEn } from './locks/en.ts';
import { machineEn } from './machine-en.ts';
import { mediaEn } from './media-en.ts';
import { mendEn } from './mend-en.ts';
import { namesEn } from './names-en.ts';
import { recognitionEn } from './recognition-en.ts';
import { requestEn } from './request-en.ts';
import { disposalEn } from './retention/disposal-en.ts';
import { dutyReasonsEn } from './retention/duties-en.ts';
import { evictionEn } from './retention/eviction-en.ts';
import { explanationEn } from './retention/explanation-en.ts';
import { holdReasonsEn } from './retention/holds-en.ts';
import { retentionEn } from './retention/schedule-en.ts';
import { scrubReasonsEn } from './retention/scrub-en.ts';
import { shiftReasonsEn } from './retention/shifts-en.ts';
import { termsEn } from './retention/terms-en.ts';
import { stationEn } from './station-en.ts';
import { verifyEn } from './verify-en.ts';
import { workEn } from './work-en.ts';

/** Every reason that Evidock gives, in English. Its keys are the codes, and the places to fill in are their parameters. */
export const REASONS_EN = {
  ...commonEn,
  ...policyEn,
  ...archiveEn,
  ...locksEn,
  ...workEn,
  ...cardEn,
  ...mediaEn,
  ...machineEn,
  ...ledgerEn,
  ...deskEn,
  ...requestEn,
  ...leaveEn,
  ...auditReasonsEn,
  ...stationEn,
  ...signInEn,
  ...namesEn,
  ...peopleEn,
  ...damageEn,
  ...dockingEn,
  ...recognitionEn,
  ...casesEn,
  ...doctorEn,
  ...mendEn,
  ...verifyEn,
  ...networkEn,
  ...doorsEn,
  ...callUpEn,
  ...dutyReasonsEn,
  ...holdReasonsEn,
  ...retentionEn,
  ...explanationEn,
  ...disposalEn,
  ...scrubReasonsEn,
  ...evictionEn,
  ...shiftReasonsEn,
  ...termsEn,
} as const;
