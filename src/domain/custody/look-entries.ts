import Type from 'typebox';
import { SPANS_MAX } from '#domain/look/look';
import { defineEntry, nullable } from './define-entry.ts';
import { bytes, closed, code, count, flag, id, ms, sha256, time } from './fields.ts';
import { clockCode, LOOK, lookSubjects, VIEWER_EXAMPLE, viewerFields, viewerWords, WHO } from './looked.ts';
import { subject } from './subject.ts';

const RECORDING = subject('recording', 'rec-01k0d5w7q3-hz01-2222222222');
const played = (description: string) => Type.Array(closed({ fromMs: ms(), toMs: ms() }), { maxItems: SPANS_MAX, description });

export const RecordingSeen = defineEntry({
  type: 'recording.seen',
  about: ['recording'],
  tells: 'What of it a look has shown so far: written at the end of the look and each minute. The last one of a look counts.',
  data: {
    ...{ look: id('Id of the look.'), item: id('Id of the original or derivative.'), what: code('`playable`, `original 2`, …') },
    ...{ user: nullable(id('Id of the account.')), officer: nullable(id('Officer shown.')), unit: nullable(id('Unit of the recording.')) },
    byUnit: nullable(id('Unit of who it was.')),
    case: nullable(id()),
    clock: Type.Optional(clockCode()),
    ranges: Type.Array(closed({ start: count(), end: count() }), { maxItems: SPANS_MAX, description: 'Byte ranges sent, half-open.' }),
    joinedBytes: Type.Integer({ minimum: 0, description: 'Bytes in these that were not sent: too many ranges were joined.' }),
    bytes: bytes(),
    itemBytes: Type.Integer({ minimum: 0, description: 'Bytes of the whole item.' }),
    requests: count('Requests that were answered.'),
    ...{ first: time(), last: time() },
    played: nullable(played('Media time that the sent bytes hold, by the index of the file; null: the file has none that could be read.')),
    claimed: played('What the player says that it played.'),
    ended: nullable(
      code('Why the look is over: `idle`, `revoked`, `session`, `stopped`, of a marked copy `sent` or `broken`; null: it goes on.'),
    ),
    copy: Type.Optional(
      closed({
        recipe: code('Name and version of the mark: `mark/1`.'),
        whole: flag('Whether all of the marked copy went out.'),
        sha256: nullable(sha256()),
      }),
    ),
  },
  related: (data) => lookSubjects(data),
  example: {
    subject: RECORDING,
    data: {
      ...{ look: LOOK, item: 'drv-01k0d5w7q3-hz01-1111111111', what: 'playable', user: WHO.user, officer: '041234', unit: 'Squad 3' },
      ...{
        byUnit: WHO.byUnit,
        case: 'LY-2026-0012',
        clock: 'steady',
        ranges: [{ start: 0, end: 2_097_152 }],
        joinedBytes: 0,
        bytes: 2_097_152,
      },
      ...{ itemBytes: 60_000_000, requests: 2, first: '2026-06-20T08:00:00.000Z', last: '2026-06-20T08:00:12.000Z' },
      ...{ played: [{ fromMs: 0, toMs: 16_000 }], claimed: [{ fromMs: 0, toMs: 12_000 }], ended: null },
    },
  },
});

export const ThumbnailsShown = defineEntry({
  type: 'thumbnails.shown',
  about: ['station', 'case'],
  tells: 'Pictures of several recordings are shown on one page: written before the first byte of the first goes out.',
  data: {
    look: id('Id of the look.'),
    kind: code('`poster`, `contact-sheet`, …'),
    ...viewerFields(),
    policy: nullable(Type.Integer({ description: 'Version of the policy that decided.' })),
    whole: flag('Whether each recording that was asked for is among them. What may not be seen is left out.'),
  },
  lists: { recordings: id('Id of each recording.') },
  personal: viewerWords(),
  related: ({ user }, { recordings }) => [...lookSubjects({ user }), ...recordings.map((each) => subject('recording', each))],
  example: {
    subject: subject('case', 'LY-2026-0012'),
    data: { look: LOOK, kind: 'poster', ...WHO, policy: 3, whole: true },
    lists: { recordings: [RECORDING.id] },
    personal: VIEWER_EXAMPLE,
  },
});

export const ThumbnailsSeen = defineEntry({
  type: 'thumbnails.seen',
  about: ['station'],
  tells: 'Which of the pictures of a page were really sent so far: written each minute and in the end. The last one of a look counts.',
  data: {
    ...{ look: id('Id of the look.'), kind: code('`poster`, `thumbnail`.'), user: nullable(id('Id of the account.')) },
    byUnit: nullable(id('Unit of who it was.')),
    ...{ pictures: count('Pictures of which something was sent.'), bytes: bytes(), requests: count('Requests that were answered.') },
    cut: count('Pictures that were cut, because the right to them ended while they went out.'),
    ...{ first: time(), last: time() },
  },
  lists: { recordings: id('Recordings whose picture was sent.') },
  related: ({ user }, { recordings }) => [...lookSubjects({ user }), ...recordings.map((each) => subject('recording', each))],
  example: {
    subject: subject('station', 'hz01'),
    data: {
      ...{ look: LOOK, kind: 'poster', user: WHO.user, byUnit: WHO.byUnit, pictures: 1, bytes: 48_213, requests: 2, cut: 0 },
      ...{ first: '2026-06-20T08:00:00.000Z', last: '2026-06-20T08:00:01.000Z' },
    },
    lists: { recordings: [RECORDING.id] },
  },
});

export const LOOK_ENTRIES = [RecordingSeen, ThumbnailsShown, ThumbnailsSeen] as const;
