import Type, { type TSchema } from 'typebox';
import { ERRORS, type ErrorCode } from '#domain/errors';
import { KINDS } from '#domain/kind';
import { LOCK_MODES } from '#domain/lock/lock';
import { NOTE_CODES, NOTES_MAX } from '#domain/notes';
import { DERIVATIVE_KINDS } from '#domain/recording';
import { PUT_OFF_MS_MAX } from '#domain/work';
import { closed, oneOf, ReasonSchema } from './common.ts';

/*
 * Schemas of what a worker sends to the gate of its station (docs/decisions/0031). Answers of the station have no schema here: a worker trusts the station that
 * invited it, and has the shapes of src/ports/work-gate.ts. A worker of another version is turned away before it asks.
 */

/** The longest lease that a worker may ask for, ms. No run of a stage that is stopped when it stands still needs more. */
const LEASE_MS_MAX = 12 * 3_600_000;
const LIST_MAX = 20_000;
const WORDS_MAX = 100_000;

const WorkId = Type.String({ pattern: '^(derive|archive)\\.[0-9a-z-]{1,64}$', maxLength: 80 });
const Key = Type.String({ minLength: 1, maxLength: 200 });
const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
const Bytes = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const Milliseconds = Type.Number({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const LeaseMs = Type.Number({ minimum: 1, maximum: LEASE_MS_MAX });
const Words = Type.String({ maxLength: WORDS_MAX });
const orNull = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);

/** Names a claim by its work and its number. The station looks up stage and recording, so no claim can be turned into one of another recording. */
const HeldClaim = closed({ workId: WorkId, token: Type.Integer({ minimum: 1 }) });

export const NothingMore = closed({});
export const BeginBody = closed({ version: Type.String({ maxLength: 64 }) });
export const LookBody = closed({ workId: WorkId });
export const ClaimBody = closed({ workId: WorkId, leaseMs: LeaseMs });
export const RenewBody = closed({ claim: HeldClaim, leaseMs: LeaseMs, percent: Type.Number({ minimum: 0, maximum: 100 }) });
export const PostponeBody = closed({
  claim: HeldClaim,
  delayMs: Type.Number({ minimum: 0, maximum: PUT_OFF_MS_MAX }),
  priority: Type.Optional(Type.Integer({ minimum: 1, maximum: 9 })),
});

const Failure = closed({
  code: oneOf(Object.keys(ERRORS) as readonly ErrorCode[]),
  reason: ReasonSchema,
  retryInMs: orNull(Type.Number({ minimum: 0, maximum: PUT_OFF_MS_MAX })),
});
export const FailBody = closed({ claim: HeldClaim, failure: Failure });
export const ClaimOnlyBody = closed({ claim: HeldClaim });

const Note = closed({
  code: oneOf(NOTE_CODES),
  parameters: Type.Record(Type.String({ maxLength: 64 }), Type.Union([Words, Type.Number(), ReasonSchema])),
});
export const DerivedBody = closed({
  claim: HeldClaim,
  result: closed({
    kind: oneOf(KINDS),
    derivatives: Type.Array(
      closed({
        kind: oneOf(DERIVATIVE_KINDS),
        recipe: Type.String({ pattern: '^[0-9a-z][0-9a-z./+-]{0,127}$' }),
        vaultKey: Key,
        mediaType: Type.String({ pattern: '^[0-9a-z.+-]+/[0-9a-z.+-]+$', maxLength: 127 }),
        bytes: Bytes,
        sha256: Sha256,
      }),
      { maxItems: LIST_MAX },
    ),
    durationMs: orNull(Milliseconds),
    damage: orNull(ReasonSchema),
    notes: Type.Array(Note, { maxItems: NOTES_MAX }),
    inside: closed({ creationTime: orNull(Type.String({ maxLength: 200 })), durationMs: orNull(Milliseconds) }),
    segmentsMs: Type.Array(orNull(Milliseconds), { maxItems: LIST_MAX }),
  }),
});

export const ArchiveItemBody = closed({ claim: HeldClaim, archive: Type.String({ maxLength: 16 }) });
export const ArchivedBody = closed({
  claim: HeldClaim,
  result: closed({
    archive: Type.String({ maxLength: 16 }),
    verifiedBy: oneOf(['readback', 'head']),
    items: Type.Array(
      closed({
        ...{ itemId: Type.String({ maxLength: 64 }), key: Key, bytes: Bytes, sha256: Sha256, counts: Type.Boolean() },
        versionId: Type.Union([Type.String({ maxLength: 1024 }), Type.Null()]),
        lock: Type.Union([
          closed({
            mode: Type.Union([oneOf(LOCK_MODES), Type.Null()]),
            untilMs: Type.Union([Milliseconds, Type.Null()]),
            hold: Type.Boolean(),
          }),
          Type.Null(),
        ]),
      }),
      { maxItems: LIST_MAX },
    ),
  }),
});
export const MismatchedBody = closed({
  claim: HeldClaim,
  copy: closed({
    where: Type.String({ maxLength: 16 }),
    item: Type.String({ maxLength: 64 }),
    key: Key,
    expected: Sha256,
    found: ReasonSchema,
  }),
});

const UploadId = Type.String({ minLength: 1, maxLength: 1024 });
export const UploadKeyBody = closed({ key: Key });
export const UploadBeginBody = closed({
  state: closed({ key: Key, uploadId: UploadId, partBytes: Type.Integer({ minimum: 1, maximum: 2 ** 40 }), startedAtMs: Milliseconds }),
});
export const UploadPartBody = closed({
  upload: closed({ key: Key, uploadId: UploadId }),
  part: closed({
    number: Type.Integer({ minimum: 1, maximum: 10_000 }),
    etag: Type.String({ minLength: 1, maxLength: 256 }),
    bytes: Bytes,
  }),
});
export const UploadForgetBody = closed({ upload: closed({ key: Key, uploadId: UploadId }) });

export const BytesQuery = closed({ key: Key });
export const DerivativeParams = closed({
  workId: WorkId,
  token: Type.String({ pattern: '^[1-9][0-9]{0,14}$' }),
  name: Type.String({ pattern: '^[0-9a-z]+([-._][0-9a-z]+)*$', maxLength: 64 }),
});
