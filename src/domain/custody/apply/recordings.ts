import type { Json } from '#domain/canonical-json';
import { actorText } from '#domain/custody/actor';
import { RecordingProtected } from '#domain/custody/case-entries';
import { RecordingsListed } from '#domain/custody/docking-entries';
import { OfficerDecided } from '#domain/custody/holding-entries';
import {
  KindCorrected,
  NotDerived,
  RecordingDerived,
  RecordingLinked,
  RecordingMarked,
  RecordingSplit,
  RecordingTagged,
  StartChanged,
  SuggestionDecided,
  SuggestionMade,
} from '#domain/custody/recording-entries';
import { damageFields, NOT_COPIED } from './originals.ts';
import { protectionFields } from './registry.ts';
import { add, type Projections, type RowChange, remove, set } from './rows.ts';
import { rule } from './rule.ts';
import { toldReason } from './told-reason.ts';

type Listed = NonNullable<NonNullable<ReturnType<typeof RecordingsListed.parse>>['lists']['recordings']>[number];
type Row = Projections['recordings'];

/** The changes that add a new recording. */
function fresh(
  recording: Omit<Listed, 'originals'>,
  beside: Pick<Row, 'docking_id' | 'original_count'>,
  notes: Json | undefined,
): RowChange {
  const { id, recorder, kind, officer, officerSource, category, important, createdAtMs, claims } = recording;
  return add('recordings', {
    ...{ id, ...beside, recorder_serial: recorder, kind, officer_id: officer, officer_source: officerSource, category, important },
    ...{ damaged: false, damage_reason: null, notes, claimed_start: recording.claimedStart, claimed_from: recording.claimedFrom },
    ...{ start_claims: claims, start_at: recording.startMs, clock_offset_ms: recording.clockOffsetMs, duration_ms: null },
    ...{
      missing_count: 0,
      archived_at: null,
      created_at: createdAtMs,
      confidentiality: recording.confidentiality,
      privacy: recording.privacy,
    },
  });
}

const TAGGED_BY_PERSON = 'person';

export const RECORDING_RULES = [
  rule(RecordingsListed, ({ subject: { id: docking }, lists, personal }) => [
    ...(lists.recordings ?? []).flatMap(({ originals, ...recording }) => [
      fresh(
        recording,
        { docking_id: docking, original_count: originals.length },
        personal.notes && ((personal.notes[recording.id] ?? []) as Json),
      ),
      ...originals.map(({ id, role, index, kind, bytes, mtimeMs, key }) =>
        add('originals', {
          ...{ id, recording_id: recording.id, docking_id: docking, recorder_serial: recording.recorder, role, idx: index, kind },
          ...{ card_path: personal.paths?.[id], bytes, mtime_ms: Math.floor(mtimeMs), important: recording.important },
          ...{ take: personal.takes && ((personal.takes[id] ?? null) as Json), vault_key: key, state: 'listed' },
          ...{ ...NOT_COPIED, sealed_at: null, duration_ms: null, replaced_by: null, rechecked_at: null, rechecked_in: null },
          ...{ evicted_at: null, blocks_sha256: null },
        }),
      ),
    ]),
    ...(lists.again ?? []).map((id) => set('originals', { id }, { docking_id: docking, card_path: personal.paths?.[id] })),
  ]),
  rule(RecordingSplit, ({ subject: { id }, data, lists, personal }) => [
    ...(lists.fresh ?? []).map((recording) =>
      fresh(recording, { docking_id: data.docking, original_count: lists.missing?.length ?? 0 }, personal.notes as Json | undefined),
    ),
    ...(lists.missing ?? []).map(({ original, index, key }) =>
      set('originals', { id: original }, { recording_id: data.into, idx: index, vault_key: key }),
    ),
    ...(lists.cases ?? []).map((number) => add('recording_cases', { recording_id: data.into, case_number: number })),
    // A split always leaves damage behind. If its words were erased, only the words are unknown.
    set('recordings', { id }, { missing_count: data.missingCount, ...damageFields(personal.damage), damaged: true }),
  ]),
  rule(RecordingMarked, ({ subject: { id } }) => [set('recordings', { id }, { important: true })]),
  rule(KindCorrected, ({ subject: { id }, data: { to } }) => [set('recordings', { id }, { kind: to })]),
  rule(StartChanged, ({ subject: { id }, data: { new: now } }) => [
    set(
      'recordings',
      { id },
      {
        ...{ claimed_start: now.claimedStart, claimed_from: now.claimedFrom },
        start_at: now.start === null ? null : Date.parse(now.start),
      },
    ),
  ]),
  rule(RecordingLinked, ({ subject: { id }, data: { relation, other } }) => [
    add('recording_links', { recording_id: id, relation, other_id: other }),
  ]),
  rule(RecordingTagged, ({ subject: { id }, data: { cases, officer, category, important } }) => {
    const fields: Partial<Row> = {
      ...(officer ? { officer_source: TAGGED_BY_PERSON } : {}),
      ...(officer && officer.old !== officer.new ? { officer_id: officer.new } : {}),
      ...(category ? { category: category.new } : {}),
      ...(important ? { important: important.new } : {}),
    };
    const gone = cases ? cases.old.filter((number) => !cases.new.includes(number)) : [];
    const come = cases ? cases.new.filter((number) => !cases.old.includes(number)) : [];
    return [
      ...(Object.keys(fields).length > 0 ? [set('recordings', { id }, fields)] : []),
      ...gone.map((number) => remove('recording_cases', { recording_id: id, case_number: number })),
      ...come.map((number) => add('recording_cases', { recording_id: id, case_number: number })),
    ];
  }),
  rule(OfficerDecided, ({ subject: { id }, data: { officer, source } }) => [
    set('recordings', { id }, { ...(officer.old === officer.new ? {} : { officer_id: officer.new }), officer_source: source.new }),
  ]),
  rule(RecordingProtected, ({ subject: { id }, data }) => [set('recordings', { id }, protectionFields(data))]),
  rule(SuggestionMade, ({ subject: { id }, atMs, data, personal: { reason } }) => [
    add('suggestions', {
      ...{
        id: data.suggestion,
        recording_id: id,
        case_number: data.case,
        event_id: data.event,
        reason: toldReason(reason),
        overlap_ms: data.overlapMs,
      },
      ...{ state: 'open', decided_by: null, created_at: atMs },
    }),
  ]),
  rule(SuggestionDecided, ({ actor, data: { suggestion, decision } }) => [
    set('suggestions', { id: suggestion }, { state: decision, decided_by: actorText(actor) }),
  ]),
  rule(NotDerived, ({ subject: { id }, personal: { notes, damage } }) => [
    set('recordings', { id }, { notes: notes as Json | undefined, ...damageFields(damage) }),
  ]),
  rule(RecordingDerived, ({ subject: { id }, atMs, data, lists, personal: { notes, damage } }) => [
    set(
      'recordings',
      { id },
      {
        ...{ duration_ms: data.durationMs, claimed_start: data.claimedStart, claimed_from: data.claimedFrom, start_claims: lists.claims },
        ...{ notes: notes as Json | undefined, ...damageFields(damage) },
      },
    ),
    ...(lists.derivatives ?? []).flatMap(({ id: own, kind, recipe, key, mediaType, bytes, sha256, replaces }) => [
      ...(replaces === null ? [] : [remove('copies', { recording_id: id, item_id: replaces })]),
      add('derivatives', {
        ...{ id: own, recording_id: id, kind, recipe, inputs: lists.inputs, vault_key: key, media_type: mediaType, bytes, sha256 },
        ...{ created_at: atMs, evicted_at: null },
      }),
    ]),
    ...(lists.segments ?? []).map(({ original, durationMs }) => set('originals', { id: original }, { duration_ms: durationMs })),
  ]),
];
