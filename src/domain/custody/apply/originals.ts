import {
  CopyChecked,
  CopyFailedVerification,
  CopyWithdrawn,
  OriginalCopied,
  OriginalEvicted,
  OriginalFetched,
  OriginalGrown,
  OriginalRechecked,
  OriginalSealed,
} from '#domain/custody/original-entries';
import { FactsArchived, RecordingArchived, RecordingReplaced, TakenUpAgain } from '#domain/custody/recording-entries';
import type { Reason } from '#domain/reason';
import { FACTS_ITEM } from '#domain/vault/facts';
import { add, type RowChange, remove, set } from './rows.ts';
import { rule } from './rule.ts';
import { toldReason } from './told-reason.ts';

/** Columns of an original of which nothing is in the vault. */
export const NOT_COPIED = { sha256: null, sm3: null, duplicate_of: null, gaps: [], source_reread: null, copied_at: null };

/** Columns of a recording's damage. `damage` undefined: its words were erased. */
export function damageFields(damage: Reason | string | null | undefined) {
  return { damaged: damage === undefined ? undefined : damage !== null, damage_reason: damage === null ? null : toldReason(damage) };
}

/** What a copy in the vault has none of: versions, locks. */
const IN_VAULT = { sha256: null, version_id: null, manifest_version_id: null, lock_mode: null, locked_until: null, legal_hold: false };

/** Place of the vault's own copies. */
const VAULT = 'vault';

type Archived = NonNullable<ReturnType<typeof RecordingArchived.parse>>;

type Object = NonNullable<Archived['lists']['objects']>[number];

/** Versions and lock of a copy. Entries from before told none: those are not known. */
function lockTold(objects: readonly Object[], item: string) {
  const own = objects.find((each) => each.item === item);
  const manifest = objects.find(({ of }) => of === item);
  const lock = own?.lock;
  return {
    version_id: own?.version,
    manifest_version_id: own?.version === undefined ? undefined : (manifest?.version ?? null),
    lock_mode: lock === undefined ? undefined : (lock?.mode ?? null),
    locked_until: lock === undefined ? undefined : (lock?.untilMs ?? null),
    legal_hold: lock === undefined ? undefined : (lock?.hold ?? false),
  };
}

function archived({ subject: { id }, data, lists }: Pick<Archived, 'subject' | 'data' | 'lists'>): readonly RowChange[] {
  return (lists.objects ?? []).flatMap(({ item, key, bytes, sha256 }) =>
    item === null
      ? []
      : [
          add('copies', {
            ...{ recording_id: id, item_id: item, place: data.archive, key, bytes, verified_by: data.verifiedBy },
            ...lockTold(lists.objects ?? [], item),
            // Only the copy row of the facts holds a digest. Other items have theirs in rows of their own.
            sha256: item === FACTS_ITEM ? sha256 : null,
          }),
        ],
  );
}

export const ORIGINAL_RULES = [
  rule(OriginalGrown, ({ subject: { id }, data: { bytes, mtimeMs } }) => [
    set('originals', { id }, { bytes, mtime_ms: mtimeMs === undefined ? undefined : Math.floor(mtimeMs) }),
  ]),
  rule(OriginalCopied, ({ subject: { id }, atMs, data, lists, personal: { damage }, erased }) => {
    const { sha256, sm3, sourceReread, duplicateOf } = data;
    return [
      set(
        'originals',
        { id },
        {
          ...{ state: 'copied', sha256, sm3, duplicate_of: duplicateOf, gaps: lists.gaps, source_reread: sourceReread },
          copied_at: atMs,
        },
      ),
      // The entry tells the damage only where it has changed.
      ...(damage === undefined && !erased.includes('damage') ? [] : [set('recordings', { id: data.recording }, damageFields(damage))]),
    ];
  }),
  rule(CopyFailedVerification, ({ data: { where, item } }) =>
    where === VAULT ? [set('originals', { id: item }, { state: 'listed', ...NOT_COPIED })] : [],
  ),
  rule(OriginalSealed, ({ subject: { id }, atMs, data }) => [
    set('originals', { id }, { state: 'sealed', sealed_at: atMs, sm3: data.sm3, blocks_sha256: data.blocksSha256 ?? null }),
    add('copies', {
      ...{ recording_id: data.recording, item_id: id, place: VAULT, key: data.key, bytes: data.bytes, verified_by: data.reread },
      ...IN_VAULT,
    }),
  ]),
  // The entry of the destroyed copy, in the same transaction, takes its row away.
  rule(OriginalEvicted, ({ subject: { id }, atMs }) => [set('originals', { id }, { evicted_at: atMs })]),
  rule(OriginalFetched, ({ subject: { id }, data }) => [
    set('originals', { id }, { evicted_at: null, ...(data.blocksSha256 ? { blocks_sha256: data.blocksSha256 } : {}) }),
    add('copies', {
      ...{ recording_id: data.recording, item_id: id, place: VAULT, key: data.key, bytes: data.bytes, verified_by: data.reread },
      ...IN_VAULT,
    }),
  ]),
  rule(OriginalRechecked, ({ subject: { id: docking }, atMs, lists }) =>
    (lists.originals ?? []).map((id) => set('originals', { id }, { rechecked_at: atMs, rechecked_in: docking })),
  ),
  rule(RecordingReplaced, ({ lists }) =>
    (lists.files ?? []).map(({ original, by }) => set('originals', { id: original }, { replaced_by: by })),
  ),
  rule(TakenUpAgain, ({ subject: { id } }) => [set('originals', { recording_id: id }, { replaced_by: null })]),
  rule(RecordingArchived, (entry) => [...archived(entry), set('recordings', { id: entry.subject.id }, { archived_at: entry.atMs })]),
  rule(FactsArchived, archived),
  rule(CopyChecked, ({ subject: { id }, data: { archive, item, verifiedBy } }) => [
    set('copies', { recording_id: id, item_id: item, place: archive }, { verified_by: verifiedBy }),
  ]),
  rule(CopyWithdrawn, ({ subject: { id }, data: { archive }, lists }) =>
    (lists.objects ?? []).map(({ item }) => remove('copies', { recording_id: id, item_id: item, place: archive })),
  ),
];
