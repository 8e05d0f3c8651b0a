import { named } from '#api/named';
import {
  AdoptScheduleBody,
  CorrectionJson,
  DecideCorrectionBody,
  DryRunJson,
  EndScheduleBody,
  ProposeCorrectionBody,
  ProposeScheduleBody,
  RetentionJson,
  ScheduleJson,
  ScheduleTextJson,
  TermJson,
} from './retention.ts';

const at = '2026-06-20T15:30:00.000+08:00';
const recording = 'rec-01jybqe2v7k3m9';
const digest = 'cd'.repeat(32);
const schedule = {
  ...{ version: 7, state: 'proposed' as const, title: { 'zh-CN': '中国默认保存期限', en: 'Default schedule for China' } },
  ...{ sha256: 'ab'.repeat(32), proposedBy: 'user:usr-01jybqe2v7k3m9', proposedByName: '李文博', proposedAt: at },
  ...{ decidedBy: null, decidedByName: null, decidedAt: null, inForceAt: null },
};
const amount = { recordings: 120, hours: 61.25, gib: 204.5 };
const none = { recordings: 0, hours: 0, gib: 0 };
const until = { kind: 'instant' as const, at: '2026-12-21T00:00:00.000+08:00', for: null };
const noNames = { ...none, names: [], more: 0 };
const dryRun = {
  ...{ digest, against: 6, by: 'user:usr-01jybqe2v7k3m9', byName: '李文博', at, inForceAt: '2026-06-27T15:30:00.000+08:00', whole: amount },
  ...{ longer: { ...amount, names: [{ recording, before: null, after: until }], more: 119 }, notKept: noNames, conflicts: noNames },
  ...{ ending: [{ withinDays: 0, ...none }], disposable: noNames, later: amount, permanent: none, waiting: none },
  ...{ rules: [{ from: 'all', to: 'six-months', change: 'longer' as const, ...amount }], rulesLeftOut: 0 },
};
const agency = { sectors: ['police' as const], region: 'CN' };
const rule = {
  ...{ id: 'six-months', title: { 'zh-CN': '全部录像：自入站起六个月', en: 'All recordings: six months from docking' } },
  ...{ match: {}, start: 'docked' as const, minimum: 'P6M', maximum: null, action: 'propose' as const, counts: true },
  lock: { mode: 'compliance' as const, hold: false, horizonDays: 365 },
  source: { status: 'found' as const, title: '公通字〔2016〕14号', article: '第十三条', checked: '2026-11-26' },
};
const correction = {
  ...{
    number: 2,
    recording,
    state: 'proposed' as const,
    reason: '关联了另一天的案件',
    proposedBy: 'user:usr-01jybqe2v7k3m9',
    proposedByName: '李文博',
    proposedAt: at,
  },
  ...{ decidedBy: null, decidedByName: null, decidedAt: null },
};
const kept = { code: 'kept-to-day', params: { day: '2026-12-20', rule: 'six-months', title: '全部录像：自入站起六个月' } } as const;
const words = (verdict: string) => ({ verdict, whys: [] });

/** Schemas of retention that the API document names, each with an example. */
export const RETENTION_COMPONENTS = {
  Retention: named(RetentionJson, { inForce: schedule, adopted: null, waiting: 1, stale: 0 }),
  RetentionSchedule: named(ScheduleJson, schedule),
  RetentionScheduleText: named(ScheduleTextJson, { ...schedule, text: 'format: evidock-retention/1\n…', agency, rules: [rule], dryRun }),
  RetentionDryRun: named(DryRunJson, dryRun),
  RetentionScheduleBody: named(ProposeScheduleBody, { text: 'format: evidock-retention/1\n…' }),
  RetentionAdoptionBody: named(AdoptScheduleBody, { digest }),
  RetentionEndBody: named(EndScheduleBody, { reason: '柜台录像属于案件证据' }),
  RetentionTerm: named(TermJson, {
    ...{ recording, version: 7, until, earned: until, maximum: null, action: 'propose', rule: 'six-months', conflict: false },
    ...{ lock: { mode: 'compliance', hold: false, horizonDays: 365 }, corrections: 0, stale: false, reasons: [kept] },
    words: { 'zh-CN': words('保存至 2026-12-20'), en: words('kept to 2026-12-20') },
  }),
  RetentionCorrection: named(CorrectionJson, correction),
  RetentionCorrectionBody: named(ProposeCorrectionBody, { recording, reason: '关联了另一天的案件' }),
  RetentionDecisionBody: named(DecideCorrectionBody, { decision: 'approved' }),
} as const;
