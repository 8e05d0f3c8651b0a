import type { Grant } from '#domain/call-up/grant';
import type { CallUpRequest } from '#domain/call-up/request';
import { GrantEnded } from '#domain/custody/call-up-entries';
import type { CustodyDraft } from '#domain/custody/entry';
import { subject } from '#domain/custody/subject';
import { anId, START_MS } from '#test/support/builders';
import { cli } from '#test/support/custody';

const HOUR_MS = 3_600_000;
export const ASKER = { id: 'usr-asker', unit: 'unt-squad', roles: ['officer'] } as const;

/** A request for a case that waits for a reviewer. */
export function aRequest(overrides: Partial<CallUpRequest> = {}): CallUpRequest {
  return {
    ...{ id: anId('req'), asker: ASKER, target: { by: 'case', number: 'A-2026-0001' }, later: false, actions: ['look', 'hear'] },
    ...{ purpose: 'case-work', words: 'before the hearing', urgent: false, askedAtMs: START_MS, untilMs: START_MS + HOUR_MS, policy: 3 },
    ...{ approvers: ['reviewer'], units: ['unt-squad'], state: 'asked', decision: null, confirmation: null, grant: null },
    ...overrides,
  };
}

/** A grant of that request for an hour. */
export function aGrant(request: Pick<CallUpRequest, 'id'>, overrides: Partial<Grant> = {}): Grant {
  return {
    ...{
      id: anId('grt'),
      request: request.id,
      user: ASKER,
      actions: ['look'],
      target: { by: 'case', number: 'A-2026-0001' },
      later: false,
    },
    ...{ closings: 0, fromMs: START_MS, untilMs: START_MS + HOUR_MS, endedAtMs: null, whyEnded: null, endedBy: null },
    ...{ rule: null, policy: 3, approver: 'usr-reviewer', level: 'internal', units: null },
    ...overrides,
  };
}

/** An entry for writes whose own entry a test does not need. */
export function aGrantDraft(): CustodyDraft {
  return GrantEnded.make({ atMs: START_MS, actor: cli('root'), subject: subject('grant', anId('grt')), data: GrantEnded.example.data });
}
