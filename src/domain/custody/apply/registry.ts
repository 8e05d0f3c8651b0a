import { RecorderChanged } from '#domain/custody/recorder-entries';
import { OtherRecorder } from '#domain/custody/recording-entries';
import { CaseChanged, CaseEventChanged, OfficerChanged } from '#domain/custody/registry-entries';
import { WorkerInvited, WorkerRevoked } from '#domain/custody/worker-entries';
import { add, set } from './rows.ts';
import { rule } from './rule.ts';

const NEVER_SEEN = { driver_id: null, first_seen_at: null, last_seen_at: null };

/** A personal text that is told only where it changes: unknown if that was erased. */
function textNow<N extends string>(
  name: N,
  told: { readonly new: string | null } | undefined,
  erased: readonly string[],
): { readonly [K in N]?: string | undefined } {
  if (told === undefined && !erased.includes(name)) return {};
  return { [name]: told?.new ?? undefined } as { readonly [K in N]?: string | undefined };
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((each, at) => each === other[at]);
}

export const REGISTRY_RULES = [
  rule(OfficerChanged, ({ subject: { id }, data: { unit }, personal: { name }, erased }) => {
    if (name?.old === null) return [add('officers', { id, name: name.new ?? undefined, unit: unit.new })];
    return [set('officers', { id }, { ...(unit.old === unit.new ? {} : { unit: unit.new }), ...textNow('name', name, erased) })];
  }),
  rule(OtherRecorder, ({ data: { recorder, newRecorder } }) =>
    newRecorder ? [add('recorders', { serial: recorder, model: null, assigned_officer_id: null, ...NEVER_SEEN })] : [],
  ),
  rule(RecorderChanged, ({ subject: { id: serial }, atMs, data: { newRecorder, model, officer } }) => [
    ...(newRecorder ? [add('recorders', { serial, model: model?.new ?? null, assigned_officer_id: null, ...NEVER_SEEN })] : []),
    ...(model && !newRecorder ? [set('recorders', { serial }, { model: model.new })] : []),
    ...(officer
      ? [
          set('recorders', { serial }, { assigned_officer_id: officer.new }),
          add('recorder_assignments', { serial, officer_id: officer.new, at: atMs }),
        ]
      : []),
  ]),
  rule(CaseChanged, ({ subject: { id: number }, atMs, data: { old, new: now }, personal: { title }, erased }) => {
    const { stage, category, officers } = now;
    if (old === null)
      return [add('cases', { number, title: title?.new ?? undefined, stage, category, officer_ids: [...officers], created_at: atMs })];
    const changed = {
      ...(old.stage === stage ? {} : { stage }),
      ...(old.category === category ? {} : { category }),
      ...(isSame(old.officers, officers) ? {} : { officer_ids: [...officers] }),
    };
    return [set('cases', { number }, { ...changed, ...textNow('title', title, erased) })];
  }),
  rule(CaseEventChanged, ({ subject: { id: number }, data, personal: { place } }) => [
    add('case_events', {
      ...{ id: data.event, case_number: number, stage: data.stage, officer_ids: [...data.officers] },
      ...{ start_at: Date.parse(data.start), end_at: Date.parse(data.end), place },
    }),
  ]),
  rule(WorkerInvited, ({ subject: { id: name }, atMs, data: { keySha256 } }) => [
    add('workers', { name, key_sha256: keySha256, invited_at: atMs, revoked_at: null }),
  ]),
  rule(WorkerRevoked, ({ subject: { id: name }, atMs }) => [set('workers', { name }, { revoked_at: atMs })]),
];
