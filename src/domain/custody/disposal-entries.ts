import Type from 'typebox';
import { because } from '#domain/reason';
import { defineEntry, nullable } from './define-entry.ts';
import { bytes, closed, code, count, id, ms, sha256, sm3, why } from './fields.ts';
import { subject } from './subject.ts';

const DISPOSAL = subject('disposal', 'dsp-01k0d5w7q3-hz01-4444444444');
const RECORDING = subject('recording', 'rec-01k0d5w7q3-hz01-2222222222');
const ORIGINAL = 'org-01k0d5w7q3-hz01-1111111111';
const ofDisposal = ({ disposal }: { readonly disposal: string }) => [subject('disposal', disposal)];
const roles = () => Type.Array(Type.String({ maxLength: 64 }), { maxItems: 16, description: 'Roles of that person then.' });
const digest = (what: string) => Type.String({ maxLength: 64, description: `${what} SHA-256, lower-case hexadecimal.` });
const person = (what: string) => id(`Account of whoever ${what}; \`machine\`: at the machine itself.`);
const list = () => id('Id of the list.');
const DIGEST = 'ab'.repeat(32);

export const DisposalProposed = defineEntry({
  type: 'disposal.proposed',
  about: ['disposal'],
  tells: 'A list of recordings whose terms are over was proposed for disposal; an entry of each recording follows.',
  data: {
    rule: code('By which schedule they are due.'),
    dueBefore: ms('Terms that had ended at this moment, ms since 1970.'),
    digest: digest('Of the list.'),
    person: person('proposed it'),
    roles: roles(),
    recordings: count('On the list.'),
    bytes: bytes(),
    durationMs: ms('Their length, ms.'),
  },
  example: {
    subject: DISPOSAL,
    data: {
      ...{
        rule: 'schedule-3',
        dueBefore: 1_781_940_660_000,
        digest: DIGEST,
        person: 'usr-01k0d5w7q3-hz01-5555555555',
        roles: ['custodian'],
      },
      ...{ recordings: 1, bytes: 123_456, durationMs: 60_000 },
    },
  },
});

export const DisposalListed = defineEntry({
  type: 'disposal.listed',
  about: ['recording'],
  tells: 'The recording stands on a list for disposal.',
  data: {
    disposal: list(),
    rule: code('Rule of the schedule by which its term ended.'),
    due: ms('When its term ended, ms since 1970.'),
    files: count('Originals.'),
    bytes: bytes(),
    durationMs: ms('Their length, ms.'),
    contents: digest('Over ids, sizes and digests of its originals.'),
  },
  related: ofDisposal,
  example: {
    subject: RECORDING,
    data: {
      disposal: DISPOSAL.id,
      rule: 'ordinary',
      due: 1_781_940_660_000,
      files: 1,
      bytes: 123_456,
      durationMs: 60_000,
      contents: DIGEST,
    },
  },
});

export const DisposalExcluded = defineEntry({
  type: 'disposal.excluded',
  about: ['recording'],
  tells: 'A person took the recording from the list. The list has another digest now, and an approval before counts no more.',
  data: { disposal: list(), digest: digest('Of the list.') },
  personal: { reason: why() },
  related: ofDisposal,
  example: {
    subject: RECORDING,
    data: { disposal: DISPOSAL.id, digest: DIGEST },
    personal: { reason: because('words', { text: 'Appeal.' }) },
  },
});

export const DisposalApproved = defineEntry({
  type: 'disposal.approved',
  about: ['disposal'],
  tells: 'A second person of another role approved the list with this digest. The waiting period runs.',
  data: {
    digest: digest('Of the list.'),
    person: person('approved it'),
    roles: roles(),
    until: ms('When the waiting period ends, ms since 1970.'),
  },
  example: {
    subject: DISPOSAL,
    data: { digest: DIGEST, person: 'usr-01k0d5w7q3-hz01-6666666666', roles: ['reviewer'], until: 1_781_940_660_000 },
  },
});

export const DisposalBegan = defineEntry({
  type: 'disposal.began',
  about: ['disposal'],
  tells: 'Copies of the recordings of this list begin to be destroyed, or go on to be.',
  data: { digest: digest('Of the list.'), left: count('Recordings that are still to go.') },
  example: { subject: DISPOSAL, data: { digest: DIGEST, left: 1 } },
});

export const DisposalHalted = defineEntry({
  type: 'disposal.halted',
  about: ['disposal'],
  tells: 'Something is not as it should be: nothing more of this list is destroyed until somebody has looked.',
  data: { left: count('Recordings that are still to go.') },
  personal: { reason: why() },
  example: { subject: DISPOSAL, data: { left: 1 }, personal: { reason: because('disposal-clock', {}) } },
});

export const DisposalEnded = defineEntry({
  type: 'disposal.ended',
  about: ['disposal'],
  tells: 'Every recording of this list is destroyed or kept.',
  data: { destroyed: count('Recordings that are gone.'), kept: count('Recordings that stay.'), bytes: bytes() },
  example: { subject: DISPOSAL, data: { destroyed: 1, kept: 0, bytes: 123_456 } },
});

export const DisposalCancelled = defineEntry({
  type: 'disposal.cancelled',
  about: ['disposal'],
  tells: 'A person ended the list. What was not destroyed yet is kept.',
  data: { kept: count('Recordings that stay.') },
  personal: { reason: why() },
  example: { subject: DISPOSAL, data: { kept: 1 }, personal: { reason: because('words', { text: 'Duplicate.' }) } },
});

export const DisposalKept = defineEntry({
  type: 'disposal.kept',
  about: ['recording'],
  tells: 'The recording was on an approved list, and is kept: something forbade it when its turn came.',
  data: { disposal: list() },
  personal: { reason: why() },
  related: ofDisposal,
  example: {
    subject: RECORDING,
    data: { disposal: DISPOSAL.id },
    personal: { reason: because('disposal-held', { recording: RECORDING.id }) },
  },
});

export const RecordingDisposed = defineEntry({
  type: 'recording.disposed',
  about: ['recording'],
  tells: 'Nothing of the recording is left in vault or archive; this is its tombstone.',
  data: {
    disposal: list(),
    tombstone: id('Id of the tombstone.'),
    rule: code('Rule of the schedule.'),
    proposedBy: person('proposed it'),
    approvedBy: person('approved it'),
  },
  lists: {
    originals: closed({
      id: id(),
      bytes: bytes(),
      sha256: sha256(),
      sm3: sm3(),
      manifestSha256: nullable(sha256()),
      sharedWith: Type.Array(id(), { description: 'Originals of other recordings with the same bytes, which stay.' }),
    }),
  },
  related: ofDisposal,
  example: {
    subject: RECORDING,
    data: {
      ...{ disposal: DISPOSAL.id, tombstone: 'tmb-01k0d5w7q3-hz01-7777777777', rule: 'ordinary' },
      ...{ proposedBy: 'usr-01k0d5w7q3-hz01-5555555555', approvedBy: 'usr-01k0d5w7q3-hz01-6666666666' },
    },
    lists: { originals: [{ id: ORIGINAL, bytes: 123_456, sha256: DIGEST, sm3: null, manifestSha256: DIGEST, sharedWith: [] }] },
  },
});

export const DISPOSAL_ENTRIES = [
  DisposalProposed,
  DisposalListed,
  DisposalExcluded,
  DisposalApproved,
  DisposalBegan,
  DisposalHalted,
  DisposalEnded,
  DisposalCancelled,
  DisposalKept,
  RecordingDisposed,
] as const;
