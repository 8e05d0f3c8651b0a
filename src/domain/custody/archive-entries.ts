import Type from 'typebox';
import { because } from '#domain/reason';
import { defineEntry, nullable } from './define-entry.ts';
import { bytes, closed, code, count, flag, id, key, ms, why } from './fields.ts';
import { subject } from './subject.ts';

const RECORDING = 'rec-01k0d5w7q3-hz01-2222222222';
const ORIGINAL = 'org-01k0d5w7q3-hz01-1111111111';
const KEY = `2026/06/20/${RECORDING}/original-0001.mp4`;
const begun = () => Type.String({ maxLength: 40, description: 'When it began: RFC 3339, in UTC.' });
const STATION = subject('station', 'hz01');

export const CopyLocked = defineEntry({
  type: 'copy.locked',
  about: ['recording'],
  tells: 'The storage was given a lock for copies, or asked for it, and told it back: this is how they are locked now.',
  data: { archive: id(), why: code('`extended`, `found`: as it already was, `version`: the version was looked up, `hold`.') },
  lists: {
    objects: closed({
      ...{ item: id(), version: nullable(id()), manifest: nullable(id('Version of the manifest.')) },
      ...{
        mode: nullable(code('`GOVERNANCE` or `COMPLIANCE`.')),
        untilMs: nullable(ms('Date of the lock, milliseconds since 1970.')),
        hold: flag(),
      },
    }),
  },
  example: {
    subject: subject('recording', RECORDING),
    data: { archive: 's3', why: 'extended' },
    lists: { objects: [{ item: ORIGINAL, version: 'Xq2', manifest: 'Yr3', mode: 'COMPLIANCE', untilMs: 1_797_552_000_000, hold: false }] },
  },
});

export const ArchiveProbed = defineEntry({
  type: 'archive.probed',
  about: ['station'],
  tells: 'The bucket was asked what it can do, and it is the first time, or the answer is another one than before.',
  data: {
    ...{
      archive: id(),
      versioning: code('`enabled`, `suspended`, or `off`.'),
      locks: flag('A probe object could not be deleted.'),
      mode: nullable(code('`GOVERNANCE` or `COMPLIANCE`.')),
      lockDaysMax: count('How far ahead a date holds, days.'),
    },
    hold: flag('Legal holds are kept.'),
    lifecycle: nullable(code('`none`, `harmless`, or `expires`; null: not told.')),
    ownsBucket: nullable(flag('Whether the key of the station owns the bucket; null: not told.')),
    mayBypass: nullable(flag('Whether the key of the station may bypass locks.')),
    fingerprint: Type.Object(
      { versioning: id(), lock: id(), lifecycle: id(), policy: id(), owner: id() },
      { additionalProperties: false, description: 'Digests of what somebody could change.' },
    ),
  },
  personal: { refusal: nullable(why('Why nothing may be archived there.')) },
  example: {
    subject: STATION,
    data: {
      ...{ archive: 's3', versioning: 'enabled', locks: true, mode: 'COMPLIANCE', lockDaysMax: 3649, hold: true, lifecycle: 'none' },
      ...{ ownsBucket: false, mayBypass: false },
      fingerprint: { versioning: 'a1', lock: 'b2', lifecycle: 'c3', policy: 'd4', owner: 'e5' },
    },
    personal: { refusal: null },
  },
});

const recordingsOf = (_: unknown, { findings }: { readonly findings: readonly { readonly recording: string | null }[] }) =>
  [...new Set(findings.flatMap(({ recording }) => recording ?? []))].map((recording) => subject('recording', recording));

export const ArchiveFound = defineEntry({
  type: 'archive.found',
  about: ['station'],
  tells:
    'The archive holds something otherwise than it should: hidden, overwritten, missing, foreign, without its lock; or its bucket was changed.',
  data: { archive: id() },
  lists: { findings: closed({ kind: code(), key: key(), version: id(), recording: nullable(id()), what: why() }) },
  related: recordingsOf,
  example: {
    subject: STATION,
    data: { archive: 's3' },
    lists: { findings: [{ kind: 'hidden', key: KEY, version: 'Zs4', recording: RECORDING, what: because('object-hidden', { key: KEY }) }] },
  },
});

export const ArchiveSettled = defineEntry({
  type: 'archive.settled',
  about: ['station'],
  tells: 'What was found wrong in the archive is no longer so.',
  data: { archive: id() },
  lists: { findings: closed({ kind: code(), key: key(), version: id(), recording: nullable(id()) }) },
  related: recordingsOf,
  example: {
    subject: STATION,
    data: { archive: 's3' },
    lists: { findings: [{ kind: 'hidden', key: KEY, version: 'Zs4', recording: RECORDING }] },
  },
});

export const ArchiveCompared = defineEntry({
  type: 'archive.compared',
  about: ['station'],
  tells: 'Everything that the archive lists was compared with the ledger, both ways.',
  data: {
    ...{ archive: id(), begun: begun(), expected: count('Objects that the ledger expects.'), found: count('Of those, as they should be.') },
    ...{
      objects: count('Keys of footage.'),
      versions: count('Versions of them.'),
      bytes: bytes(),
      markers: count('Delete markers.'),
      uploads: count('Uploads in parts that are not complete.'),
      leftovers: count('Derivatives of earlier runs.'),
    },
    faults: count('Things found wrong.'),
  },
  example: {
    subject: STATION,
    data: {
      ...{ archive: 's3', begun: '2026-06-20T15:30:00.000Z', expected: 12, found: 12, objects: 12, versions: 12, bytes: 1_234_567 },
      ...{ markers: 0, uploads: 0, leftovers: 0, faults: 0 },
    },
  },
});

export const ARCHIVE_ENTRIES = [CopyLocked, ArchiveProbed, ArchiveFound, ArchiveSettled, ArchiveCompared] as const;
