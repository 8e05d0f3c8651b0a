import type { Json } from '#domain/canonical-json';
import { ArchiveFound, ArchiveSettled, CopyLocked } from '#domain/custody/archive-entries';
import { add, set } from './rows.ts';
import { rule } from './rule.ts';

export const ARCHIVE_RULES = [
  rule(CopyLocked, ({ subject: { id }, data: { archive }, lists }) =>
    (lists.objects ?? []).map(({ item, version, manifest, mode, untilMs, hold }) =>
      set(
        'copies',
        { recording_id: id, item_id: item, place: archive },
        { version_id: version, manifest_version_id: manifest, lock_mode: mode, locked_until: untilMs, legal_hold: hold },
      ),
    ),
  ),
  rule(ArchiveFound, ({ atMs, data: { archive }, lists }) =>
    (lists.findings ?? []).map(({ kind, key, version, recording, what }) =>
      add('archive_findings', {
        ...{ place: archive, kind, key, version_id: version, recording_id: recording, what: what as Json },
        ...{ found_at: atMs, settled_at: null },
      }),
    ),
  ),
  rule(ArchiveSettled, ({ atMs, data: { archive }, lists }) =>
    (lists.findings ?? []).map(({ kind, key, version }) =>
      set('archive_findings', { place: archive, kind, key, version_id: version }, { settled_at: atMs }),
    ),
  ),
];
