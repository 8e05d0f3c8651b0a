import Type, { type Static } from 'typebox';
import { FINDING_KINDS } from '#domain/lock/finding';
import { closed, nullable, oneOf, PageQuery, ReasonSchema } from './common.ts';

const Mode = Type.Union([oneOf(['GOVERNANCE', 'COMPLIANCE']), Type.Null()]);
const Flag = Type.Union([Type.Boolean(), Type.Null()], { description: 'null: the storage does not tell.' });

const BucketJson = Type.Object({
  probedAt: Type.String({ description: 'When it was asked (RFC 3339).' }),
  versioning: oneOf(['enabled', 'suspended', 'off']),
  locks: Type.Boolean({ description: 'Whether a locked probe object could not be deleted.' }),
  mode: Mode,
  defaultMode: Mode,
  lockDaysMax: Type.Integer({ description: 'How far ahead a date came back exactly, days.' }),
  hold: Type.Boolean(),
  lifecycle: Type.Union([oneOf(['none', 'harmless', 'expires']), Type.Null()]),
  ownsBucket: Flag,
  mayBypass: Flag,
  mayChangePolicy: Flag,
  clockOffsetMs: nullable.number(),
  refusal: Type.Union([ReasonSchema, Type.Null()], { description: 'Why nothing may be archived there.' }),
  promises: Type.Array(ReasonSchema),
  cannot: Type.Array(ReasonSchema),
});

const CountsJson = Type.Object({
  ...{ versions: Type.Integer(), objects: Type.Integer(), bytes: Type.Integer(), markers: Type.Integer(), uploads: Type.Integer() },
  ...{ expected: Type.Integer(), found: Type.Integer(), leftovers: Type.Integer(), faults: Type.Integer() },
});

export const ArchiveJson = Type.Object({
  archive: nullable.text('Name of the archive; null: none is configured.'),
  bucket: Type.Union([BucketJson, Type.Null()], { description: 'null: it was not asked yet.' }),
  locks: Type.Object({
    originals: Type.Integer({ description: 'Originals that the archive holds.' }),
    unlocked: Type.Integer({ description: 'Of those, without a lock or a hold now.' }),
    firstEnd: nullable.text('When the lock that ends first does (RFC 3339).'),
  }),
  comparison: Type.Union([
    Type.Object({ startedAt: Type.String(), endedAt: nullable.text('null: it runs, or goes on at the next one.'), counts: CountsJson }),
    Type.Null(),
  ]),
  open: Type.Record(Type.String(), Type.Integer(), { description: 'Open findings by kind.' }),
  eviction: Type.Object({
    on: Type.Boolean({ description: 'Whether the vault gives up what is safe in the archive.' }),
    files: Type.Integer({ description: 'Originals that the archive alone holds.' }),
    bytes: Type.Integer({ description: 'Their bytes.' }),
    playable: Type.Object(
      { files: Type.Integer(), bytes: Type.Integer() },
      { description: 'Playable copies that the archive alone holds.' },
    ),
    aboveLowWaterBytes: nullable.number('What has to be freed to come down to the low-water mark; null: nothing is evicted.'),
    stays: Type.Record(Type.String(), Type.Integer(), { description: 'Files that the last eviction had to leave in the vault, by why.' }),
  }),
});
export type ArchiveAnswer = Static<typeof ArchiveJson>;

export const FindingJson = Type.Object({
  kind: oneOf(FINDING_KINDS),
  key: Type.String(),
  versionId: Type.String(),
  recordingId: nullable.text('null: of none that is known.'),
  what: ReasonSchema,
  foundAt: Type.String(),
  settledAt: nullable.text('null: it is open.'),
});
export type FindingAnswer = Static<typeof FindingJson>;

export const FindingsQuery = closed({
  ...PageQuery.properties,
  all: Type.Optional(Type.Boolean({ description: 'Settled ones too.' })),
  kind: Type.Optional(oneOf(FINDING_KINDS)),
});

export const CompareBody = closed({
  acceptBucket: Type.Optional(Type.Boolean({ description: 'Takes the bucket as it is now for how it should be.' })),
});

export const CompareLineJson = Type.Union([
  Type.Object({ type: Type.Literal('progress'), counts: CountsJson }),
  Type.Object({
    type: Type.Literal('finding'),
    kind: oneOf(FINDING_KINDS),
    key: Type.String(),
    recordingId: nullable.text(),
    reason: ReasonSchema,
  }),
  Type.Object({ type: Type.Literal('summary'), counts: CountsJson }),
]);
