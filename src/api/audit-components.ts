import { AuditLineJson, ClaimBody, LookJson, ThumbnailsBody, ThumbnailsJson } from './audit.ts';
import { ClockJson, ConfirmClockBody } from './clock.ts';
import { named } from './named.ts';

const recordingId = 'rec-01jybqe2v7k3m9';
const sha256 = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
const hash = '60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752';
const at = '2026-06-20T15:30:00.000+08:00';
const seenAt = '2026-06-20T06:30:00.000Z';

/** Schemas of the audit and of the clock that its times stand on, each with an example. */
export const AUDIT_COMPONENTS = {
  AuditLine: named(AuditLineJson, {
    ...{ seq: 4711, at, utc: at, type: 'recording.viewed', outcome: 'done', times: 1, clock: 'steady' },
    who: {
      ...{ actor: 'user:usr-01jybqe2v7k3m9', person: 'usr-01jybqe2v7k3m9', name: '李明', roles: ['auditor'], officer: '040007' },
      ...{ unit: 'unt-01jybqe2v7k3m9', via: 'network', session: 'ssn-01jybqe2v7k3m9', address: '10.20.0.15', agent: 'Mozilla/5.0' },
      ...{ knownBy: 'password+totp', requestId: '5f0c7f0e-3a55-4f0e-9d43-0c5d8a6e2b11' },
    },
    what: {
      ...{ subject: `recording:${recordingId}`, recording: recordingId, recordings: [], item: 'drv-01jybqe2v7k3m9', part: 'playable' },
      ...{ sha256, case: 'LY-2026-0012', caseTitle: '占道经营检查', officer: '041234', unit: 'unt-01jybqe2v7k3m8', asked: null },
    },
    why: { policy: 3, rule: 'auditor-by-case', reason: 'complaint', words: '6 月 12 日投诉', grant: 'grt-01jybqe2v7k3m9', request: null },
    much: { look: 'lok-01jybqe2v7k3m9', bytes: null, itemBytes: null, played: null, claimed: [], ended: null },
    now: { name: '李明', caseTitle: '占道经营检查', unit: '执法一大队', approver: null },
    ...{ erased: [], prev: hash, hash },
  }),
  Look: named(LookJson, {
    ...{ at, look: 'lok-01jybqe2v7k3m9', part: 'playable', from: 'vault' },
    who: { name: '李明', roles: ['auditor'], unit: 'unt-01jybqe2v7k3m9' },
    why: { case: 'LY-2026-0012', reason: 'complaint', rule: 'auditor-by-case', grant: null },
    seen: { bytes: 2_097_152, itemBytes: 60_000_000, played: [{ fromMs: 0, toMs: 16_000 }], until: at },
  }),
  ClaimBody: named(ClaimBody, { played: [{ fromMs: 0, toMs: 12_000 }] }),
  ThumbnailsBody: named(ThumbnailsBody, { recordings: [recordingId], kind: 'poster', case: 'LY-2026-0012' }),
  Thumbnails: named(ThumbnailsJson, { look: 'lok-01jybqe2v7k3m9', recordings: [recordingId], seconds: 600 }),
  Clock: named(ClockJson, { state: 'went-back', byMs: 3_600_000, seenAt, now: at, limitSeconds: 300 }),
  ConfirmClockBody: named(ConfirmClockBody, { seenAt, words: 'The battery was flat; NTP has set the clock since.' }),
} as const;
