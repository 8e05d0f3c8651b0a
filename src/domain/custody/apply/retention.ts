import type { Json } from '#domain/canonical-json';
import { type Actor, whoOnly } from '#domain/custody/actor';
import {
  CorrectionApproved,
  CorrectionProposed,
  CorrectionRefused,
  RetentionAdopted,
  RetentionDryRun,
  RetentionInForce,
  RetentionProposed,
  RetentionRefused,
  RetentionWithdrawn,
  TermsCounted,
} from '#domain/custody/retention-entries';
import { add, type Projections, type RowChange, set } from './rows.ts';
import { rule } from './rule.ts';

type Term = NonNullable<NonNullable<ReturnType<typeof TermsCounted.parse>>['lists']['terms']>[number];
type Told = Term['earned'];

const NONE = { kind: 'none' };

function decided({ actor, atMs }: { readonly actor: Actor; readonly atMs: number }) {
  return { decided_by: whoOnly(actor) as Json, decided_at: atMs };
}

function ended(until: Told | typeof NONE): Told {
  return until;
}

function termRow(term: Term): Projections['retention_terms'] {
  const { earned, version, action, winner, conflict, corrections } = term;
  const floor = ended(term.floor ?? NONE);
  const maximum = ended(term.maximum ?? NONE);
  return {
    ...{ recording_id: term.recording, version, earned_kind: earned.kind, earned_until: earned.ms ?? null, waits_for: earned.for ?? null },
    ...{ floor_kind: floor.kind, floor_ms: floor.ms ?? null, maximum_kind: maximum.kind, maximum_ms: maximum.ms ?? null },
    ...{ maximum_waits: maximum.for ?? null, action, lock: term.lock, winner, conflict, bases: term.bases as unknown as Json, corrections },
  };
}

/** Changes of a version that came into force: whichever was in force before is `former`. */
function inForce(version: number, against: number | null, turn: number): readonly RowChange[] {
  const now = set('retention_schedules', { version }, { state: 'in-force', turn });
  return against === null ? [now] : [set('retention_schedules', { version: against }, { state: 'former' }), now];
}

export const RETENTION_RULES = [
  rule(RetentionProposed, ({ subject: { id }, actor, atMs, data, lists }) => [
    add('retention_schedules', {
      ...{ version: Number(id), state: 'proposed', text: lists.text?.join('\n'), sha256: data.sha256, proposed_by: whoOnly(actor) as Json },
      ...{ proposed_person: data.person, proposed_at: atMs, decided_by: null, decided_at: null, in_force_at: null, turn: null },
    }),
  ]),
  rule(RetentionDryRun, ({ subject: { id }, actor, atMs, data: { digest, against } }) => [
    add('retention_dry_runs', { version: Number(id), digest, against, by: whoOnly(actor) as Json, at: atMs }),
  ]),
  rule(RetentionAdopted, (entry) => [
    set(
      'retention_schedules',
      { version: Number(entry.subject.id) },
      { state: 'adopted', in_force_at: Date.parse(entry.data.inForceAt), turn: entry.data.turn, ...decided(entry) },
    ),
  ]),
  rule(RetentionInForce, ({ subject: { id }, data: { against, turn } }) => inForce(Number(id), against, turn)),
  rule(RetentionRefused, (entry) => [
    set('retention_schedules', { version: Number(entry.subject.id) }, { state: 'refused', ...decided(entry) }),
  ]),
  rule(RetentionWithdrawn, (entry) => [
    set(
      'retention_schedules',
      { version: Number(entry.subject.id) },
      { state: 'withdrawn', ...(entry.data.turn === null ? {} : { turn: entry.data.turn }), ...decided(entry) },
    ),
  ]),
  rule(TermsCounted, ({ lists }) => (lists.terms ?? []).map((term) => add('retention_terms', termRow(term)))),
  rule(CorrectionProposed, ({ subject: { id }, actor, atMs, data, personal: { reason } }) => [
    add('retention_corrections', {
      ...{ number: data.correction, recording_id: id, state: 'proposed', reason, proposed_by: whoOnly(actor) as Json },
      ...{ proposed_person: data.person, proposed_at: atMs, decided_by: null, decided_at: null },
    }),
  ]),
  rule(CorrectionApproved, (entry) => [
    set('retention_corrections', { number: entry.data.correction }, { state: 'approved', ...decided(entry) }),
  ]),
  rule(CorrectionRefused, (entry) => [
    set('retention_corrections', { number: entry.data.correction }, { state: 'refused', ...decided(entry) }),
  ]),
];
