import type { Json } from '#domain/canonical-json';
import { HoldChecked, HoldReached, HoldReleased, HoldSet, HoldWidened } from '#domain/custody/hold-entries';
import { termOfUnit, termsOfScope } from '#domain/hold/matches';
import { add, remove, set } from './rows.ts';
import { rule } from './rule.ts';

const msOf = (text: string | null) => (text === null ? null : Date.parse(text));

export const HOLD_RULES = [
  rule(HoldSet, ({ subject: { id }, atMs, data: { scope, author, review }, lists, personal: { reason } }) => {
    const { case: number, officer, recorder, unit } = scope;
    const [fromMs, toMs] = [msOf(scope.from), msOf(scope.to)];
    const span = fromMs === null || toMs === null ? null : { fromMs, toMs };
    const recordings = lists.recordings ?? [];
    const terms = termsOfScope({ case: number, officer, recorder, unit, span, recordings }, lists.units ?? []);
    return [
      add('holds', {
        ...{ id, case_number: number, recording_ids: [...recordings], officer_id: officer, recorder_serial: recorder, unit_id: unit },
        ...{ from_at: fromMs, to_at: toMs, reason, author, set_at: atMs, review_at: Date.parse(review), released_at: null },
        ...{ released_by: null, release_reason: null, checked_at: null, checked_recordings: null, findings: null },
      }),
      ...terms.map((term) => add('hold_terms', { term, hold_id: id })),
    ];
  }),
  rule(HoldReached, ({ subject: { id }, atMs, lists }) =>
    (lists.recordings ?? []).map((recording) => add('hold_recordings', { recording_id: recording, hold_id: id, reached_at: atMs })),
  ),
  rule(HoldWidened, ({ subject: { id }, lists }) =>
    (lists.units ?? []).map((unit) => add('hold_terms', { term: termOfUnit(unit), hold_id: id })),
  ),
  rule(HoldReleased, ({ subject: { id }, atMs, data: { by }, personal: { reason } }) => [
    set('holds', { id }, { released_at: atMs, released_by: by, release_reason: reason }),
    remove('hold_terms', { hold_id: id }),
  ]),
  rule(HoldChecked, ({ subject: { id }, atMs, data: { recordings }, personal: { findings } }) => [
    set('holds', { id }, { checked_at: atMs, checked_recordings: recordings, findings: findings as Json | undefined }),
  ]),
];
