import { named } from '#api/named';
import { ApproveBody, CancelBody, DisposalItemJson, DisposalJson, ExcludeBody, ProposeDisposalBody, RunBody } from './disposals.ts';

const recording = 'rec-01jybqe2v7k3m9';
const at = '2026-06-20T15:30:00.000+08:00';
const digest = '5f2c'.repeat(16);
const wang = { person: 'usr-01jybqe2v7k3m9', name: '王建国', roles: ['custodian'], at };
const counts = { recordings: 41, listed: 41, excluded: 1, kept: 0, destroyed: 0, files: 44, bytes: 88_000_000_000, hours: 31.5 };

/** Schemas of disposal that the API document names, each with an example. */
export const DISPOSAL_COMPONENTS = {
  Disposal: named(DisposalJson, {
    ...{ id: 'dsp-01jybqe2v7k3m9', state: 'approved', rule: 'schedule-3', dueBefore: at, digest, proposed: wang },
    ...{ approved: { person: 'usr-01jybqe2v7k3ma', name: '李红', roles: ['reviewer'], at, digest }, waitsUntil: at, beganAt: null },
    ...{ endedAt: null, reason: null, counts, officers: [{ id: '041234', name: '张三', recordings: 41 }] },
  }),
  DisposalItem: named(DisposalItemJson, {
    ...{ recording, state: 'listed', rule: 'ordinary', due: at, files: 1, bytes: 2_000_000_000, durationMs: 2_700_000, reason: null },
    ...{ start: at, kind: 'video', category: null, important: false, officer: '041234', officerName: '张三', cases: [] },
    ...{ suggested: ['LY-2026-0012'], pictures: [{ id: 'drv-01jybqe2v7k3m9', kind: 'poster' }], overlapCount: 1, casesBeside: true },
    overlaps: [{ recording: 'rec-01jybqe2v7k3ma', officer: '058001', cases: ['LY-2026-0012'], category: null, overlapMs: 60_000 }],
  }),
  ProposeDisposalBody: named(ProposeDisposalBody, { limit: 200 }),
  DisposalExclusionBody: named(ExcludeBody, { recording, reason: '案件复议中' }),
  DisposalApprovalBody: named(ApproveBody, { digest }),
  DisposalCancellationBody: named(CancelBody, { reason: '清单有误' }),
  DisposalRunBody: named(RunBody, {}),
} as const;
