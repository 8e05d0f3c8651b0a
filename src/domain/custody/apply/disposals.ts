import type { Json } from '#domain/canonical-json';
import {
  DisposalApproved,
  DisposalBegan,
  DisposalCancelled,
  DisposalEnded,
  DisposalExcluded,
  DisposalHalted,
  DisposalKept,
  DisposalListed,
  DisposalProposed,
  RecordingDisposed,
} from '#domain/custody/disposal-entries';
import { add, type Projections, remove, set } from './rows.ts';
import { rule } from './rule.ts';
import { toldReason } from './told-reason.ts';

const NOT_APPROVED = { approved_by: null, approved_roles: null, approved_at: null, approved_digest: null, waits_until: null };
const NEW: Pick<Projections['disposals'], 'began_at' | 'ended_at' | 'why'> = { began_at: null, ended_at: null, why: null };
const itemOf = (disposal: string, recording: string) => ({ disposal_id: disposal, recording_id: recording });

export const DISPOSAL_RULES = [
  rule(DisposalProposed, ({ subject: { id }, atMs, data: { rule: by, dueBefore, digest, person, roles } }) => [
    add('disposals', {
      ...{ id, state: 'proposed', rule: by, due_before: dueBefore, digest, proposed_by: person, proposed_roles: roles, proposed_at: atMs },
      ...NOT_APPROVED,
      ...NEW,
    }),
  ]),
  rule(DisposalListed, ({ subject: { id }, data: { disposal, rule: by, due, files, bytes, durationMs, contents } }) => [
    add('disposal_items', {
      ...{ ...itemOf(disposal, id), state: 'listed', rule: by, due_at: due, files, bytes, duration_ms: durationMs, contents },
      why: null,
    }),
  ]),
  rule(DisposalExcluded, ({ subject: { id }, data: { disposal, digest }, personal: { reason } }) => [
    set('disposal_items', itemOf(disposal, id), { state: 'excluded', why: toldReason(reason) }),
    set('disposals', { id: disposal }, { state: 'proposed', digest, ...NOT_APPROVED }),
  ]),
  rule(DisposalApproved, ({ subject: { id }, atMs, data: { digest, person, roles, until } }) => [
    set(
      'disposals',
      { id },
      {
        ...{ state: 'approved', approved_by: person, approved_roles: roles, approved_at: atMs },
        ...{ approved_digest: digest, waits_until: until },
      },
    ),
  ]),
  rule(DisposalBegan, ({ subject: { id }, atMs }) => [set('disposals', { id }, { state: 'running', began_at: atMs, why: null })]),
  rule(DisposalHalted, ({ subject: { id }, personal: { reason } }) => [
    set('disposals', { id }, { state: 'halted', why: toldReason(reason) }),
  ]),
  rule(DisposalEnded, ({ subject: { id }, atMs }) => [set('disposals', { id }, { state: 'done', ended_at: atMs, why: null })]),
  rule(DisposalCancelled, ({ subject: { id }, atMs, personal: { reason } }) => [
    set('disposals', { id }, { state: 'cancelled', ended_at: atMs, why: toldReason(reason) }),
  ]),
  rule(DisposalKept, ({ subject: { id }, data: { disposal }, personal: { reason } }) => [
    set('disposal_items', itemOf(disposal, id), { state: 'kept', why: toldReason(reason) }),
  ]),
  rule(RecordingDisposed, ({ subject: { id }, atMs, data, lists }) => [
    add('tombstones', {
      ...{ id: data.tombstone, recording_id: id, disposal_id: data.disposal, rule: data.rule, at: atMs },
      ...{ proposed_by: data.proposedBy, approved_by: data.approvedBy, originals: (lists.originals ?? undefined) as Json | undefined },
    }),
    set('disposal_items', itemOf(data.disposal, id), { state: 'destroyed', why: null }),
    remove('derivatives', { recording_id: id }),
    remove('copies', { recording_id: id }),
    set('originals', { recording_id: id }, { evicted_at: null }),
  ]),
];
