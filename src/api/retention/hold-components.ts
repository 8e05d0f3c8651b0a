import { named } from '#api/named';
import { HeldJson, HoldBody, HoldJson, ReleaseBody } from './holds.ts';

const recording = 'rec-01jybqe2v7k3m9';
const at = '2026-06-20T15:30:00.000+08:00';
const reviewAt = '2026-12-20T00:00:00.000+08:00';
const reason = 'Court order 77';
const scope = { case: 'LY-2026-0012', recordings: [], officer: null, recorder: null, unit: null, from: null, to: null };
const parameters = { recorder: 'DSJ0012345', first: '0005', last: '0006', count: 2 };

/** Schemas of legal holds that the API document names, each with an example. */
export const HOLD_COMPONENTS = {
  Hold: named(HoldJson, {
    ...{ id: 'lgh-01jybqe2v7k3m9', scope, reason, author: 'usr-01jybqe2v7k3m9', authorName: '李文博', setAt: at, reviewAt },
    ...{
      releasedAt: null,
      releasedBy: null,
      releasedByName: null,
      releaseReason: null,
      isSpread: true,
      mirrored: { done: 11, of: 12, without: 1 },
    },
    report: { at, recordings: 12, findings: [{ code: 'numbers-missing', recording, parameters }] },
  }),
  HeldRecording: named(HeldJson, { recording, reachedAt: at, mirror: 'held', why: null }),
  HoldBody: named(HoldBody, { case: 'LY-2026-0012', reason, review: '2026-12-20' }),
  HoldReleaseBody: named(ReleaseBody, { reason: '判决已生效' }),
} as const;
