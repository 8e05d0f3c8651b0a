import { OfficerShiftsChanged } from '#domain/custody/shift-entries';
import { add, remove, set } from './rows.ts';
import { rule } from './rule.ts';

export const SHIFT_RULES = [
  rule(OfficerShiftsChanged, ({ subject: { id: officer }, atMs, lists }) => [
    ...(lists.removedShifts ?? []).map(({ id }) => remove('shifts', { id })),
    ...(lists.addedShifts ?? []).map(({ id, start, end }) =>
      add('shifts', { id, officer_id: officer, start_at: Date.parse(start), end_at: Date.parse(end), set_at: atMs }),
    ),
    ...(lists.changedShifts ?? []).map(({ id, end }) => set('shifts', { id }, { end_at: Date.parse(end), set_at: atMs })),
  ]),
];
