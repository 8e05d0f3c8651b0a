import { DutyAcknowledged, DutyDone, DutyHandedOver, DutyOpened, DutyReturned } from '#domain/custody/duty-entries';
import { add, set } from './rows.ts';
import { rule } from './rule.ts';

const UNANSWERED = { ack_by: null, ack_at: null, ack_until: null, ack_reason: null };

export const DUTY_RULES = [
  rule(DutyOpened, ({ subject: { id }, atMs, data: { kind, about, named, role, unit, since, due } }) => [
    add('duties', {
      ...{ id, kind, subject_kind: about, subject_id: named, owner_role: role, owner_unit: unit, since_at: Date.parse(since) },
      ...{ due_at: Date.parse(due), state: 'open', opened_at: atMs, ...UNANSWERED, done_at: null },
    }),
  ]),
  rule(DutyHandedOver, ({ subject: { id }, data: { role, unit } }) => [set('duties', { id }, { owner_role: role, owner_unit: unit })]),
  rule(DutyAcknowledged, ({ subject: { id }, atMs, data: { by, until }, personal: { reason } }) => [
    set(
      'duties',
      { id },
      {
        ...{ state: 'acknowledged', ack_by: by, ack_at: atMs, ack_until: until === null ? null : Date.parse(until), ack_reason: reason },
      },
    ),
  ]),
  rule(DutyReturned, ({ subject: { id } }) => [set('duties', { id }, { state: 'open', ...UNANSWERED })]),
  rule(DutyDone, ({ subject: { id }, atMs }) => [set('duties', { id }, { state: 'done', done_at: atMs })]),
];
