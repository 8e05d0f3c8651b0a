import type { Json } from '#domain/canonical-json';
import { CaseClosed, CaseDecided, CaseProtected, CaseReopened } from '#domain/custody/case-entries';
import { HoldingCorrected, Returned, TakenOut } from '#domain/custody/holding-entries';
import { RecorderChanged } from '#domain/custody/recorder-entries';
import { OtherRecorder } from '#domain/custody/recording-entries';
import { CaseChanged, CaseEventChanged, OfficerChanged } from '#domain/custody/registry-entries';
import { WorkerInvited, WorkerRevoked } from '#domain/custody/worker-entries';
import { add, type Projections, remove, set } from './rows.ts';
import { rule } from './rule.ts';

const NEVER_SEEN = { driver_id: null, first_seen_at: null, last_seen_at: null };

/** The column of a personal text that an entry tells only where it changes; its value is unknown if the text was erased. */
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

interface ToldProtection {
  readonly confidentiality?: { readonly new: string | null };
  readonly privacy?: { readonly new: readonly string[] };
}

/** The columns of level and marks that have changed. */
export function protectionFields({
  confidentiality,
  privacy,
}: ToldProtection): Partial<Pick<Projections['cases'], 'confidentiality' | 'privacy'>> {
  return { ...(confidentiality ? { confidentiality: confidentiality.new } : {}), ...(privacy ? { privacy: privacy.new } : {}) };
}

function spanFields({ officer, from, to }: { readonly officer: string; readonly from: string; readonly to: string | null }) {
  return { officer_id: officer, from_at: Date.parse(from), to_at: to === null ? null : Date.parse(to) };
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
      return [
        add('cases', {
          ...{ number, title: title?.new ?? undefined, stage, category, officer_ids: [...officers], created_at: atMs },
          ...{ opened_on: now.openedOn ?? null, steps: [], confidentiality: null, privacy: [] },
        }),
      ];
    const changed = {
      ...(old.stage === stage ? {} : { stage }),
      ...(old.category === category ? {} : { category }),
      ...(isSame(old.officers, officers) ? {} : { officer_ids: [...officers] }),
      ...(old.openedOn === now.openedOn ? {} : { opened_on: now.openedOn ?? null }),
    };
    return [set('cases', { number }, { ...changed, ...textNow('title', title, erased) })];
  }),
  rule(CaseEventChanged, ({ subject: { id: number }, data, personal: { place } }) => [
    add('case_events', {
      ...{ id: data.event, case_number: number, stage: data.stage, officer_ids: [...data.officers] },
      ...{ start_at: Date.parse(data.start), end_at: Date.parse(data.end), place },
    }),
  ]),
  ...[CaseDecided, CaseClosed, CaseReopened].map((type) =>
    rule<{ readonly subject: { readonly id: string }; readonly data: { readonly course: Json } }>(type, ({ subject: { id }, data }) => [
      set('cases', { number: id }, { steps: data.course }),
    ]),
  ),
  rule(CaseProtected, ({ subject: { id }, data }) => [set('cases', { number: id }, protectionFields(data))]),
  rule(TakenOut, ({ subject: { id: serial }, data: { holding, officer, from, to } }) => [
    add('recorder_holdings', { id: holding, serial, ...spanFields({ officer, from, to }) }),
  ]),
  rule(Returned, ({ subject: { id: serial }, data: { holding, ...span } }) => [
    set('recorder_holdings', { id: holding }, { serial, ...spanFields(span) }),
  ]),
  rule(HoldingCorrected, ({ subject: { id: serial }, data: { holding, new: now } }) => [
    now === null ? remove('recorder_holdings', { id: holding }) : set('recorder_holdings', { id: holding }, { serial, ...spanFields(now) }),
  ]),
  rule(WorkerInvited, ({ subject: { id: name }, atMs, data: { keySha256 } }) => [
    add('workers', { name, key_sha256: keySha256, invited_at: atMs, revoked_at: null }),
  ]),
  rule(WorkerRevoked, ({ subject: { id: name }, atMs }) => [set('workers', { name }, { revoked_at: atMs })]),
];
