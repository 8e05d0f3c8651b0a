import Type from 'typebox';
import { TOKEN_ENDS } from '#domain/doors/api-token';
import { KIOSK_SLOTS_MAX } from '#domain/doors/kiosk';
import { defineEntry } from './define-entry.ts';
import { code, count, id, sha256, slot, time, words } from './fields.ts';
import { subject } from './subject.ts';

/*
 * Ways in beside the password. No entry has a secret, nor what a secret could be guessed from: of a token and of a kiosk's cookie, which have 256 random bits, the
 * SHA-256; of a badge its last characters; of a PIN nothing.
 */

const SCOPES_MAX = 64;
const USER = subject('user', 'usr-01k0d5w7q3-hz01-6666666666');
const TOKEN = subject('token', 'tok-01k0d5w7q3-hz01-7777777777');
const KIOSK = subject('kiosk', 'ksk-01k0d5w7q3-hz01-8888888888');

const slots = () => Type.Array(slot(), { maxItems: KIOSK_SLOTS_MAX, description: 'Slots that it shows; empty: all.' });
const kioskId = () => id('Kiosk at which it was done.');

export const TokenAdded = defineEntry({
  type: 'token.added',
  about: ['token'],
  tells: 'A token was made, with which a program may do some of what its owner may do.',
  data: {
    owner: id('User.'),
    secretSha256: sha256(),
    scopes: Type.Array(code(), { maxItems: SCOPES_MAX, description: 'Tasks and actions that it may do.' }),
    until: time(),
  },
  personal: { name: words('What it is for.') },
  related: ({ owner }) => [subject('user', owner)],
  example: {
    subject: TOKEN,
    data: { owner: USER.id, secretSha256: 'ab'.repeat(32), scopes: ['see-work'], until: '2026-12-31T16:00:00.000Z' },
    personal: { name: 'monitoring' },
  },
});

export const TokenRevoked = defineEntry({
  type: 'token.revoked',
  about: ['token'],
  tells: 'A token is good no more: somebody revoked it, or its owner was suspended or left.',
  data: { owner: id('User.'), why: code(`One of: ${TOKEN_ENDS.join(', ')}.`) },
  related: ({ owner }) => [subject('user', owner)],
  example: { subject: TOKEN, data: { owner: USER.id, why: 'revoked' } },
});

export const KioskCodeMade = defineEntry({
  type: 'kiosk.code-made',
  about: ['kiosk'],
  tells: 'A code was shown with which one browser may be paired as this kiosk.',
  data: { name: id('Its name.'), slots: slots(), until: time() },
  example: { subject: KIOSK, data: { name: 'Hall', slots: [1, 2], until: '2026-06-20T08:10:00.000Z' } },
});

export const KioskPaired = defineEntry({
  type: 'kiosk.paired',
  about: ['kiosk'],
  tells: 'A browser was paired as this kiosk, with a code that somebody had asked for.',
  data: { name: id('Its name.'), slots: slots(), secretSha256: sha256() },
  example: { subject: KIOSK, data: { name: 'Hall', slots: [1, 2], secretSha256: 'ab'.repeat(32) } },
});

export const KioskCodeRefused = defineEntry({
  type: 'kiosk.code-refused',
  about: ['station'],
  tells: 'Somebody tried to pair a browser with a wrong code while a code was open.',
  data: { address: code('Address that it came from.') },
  example: { subject: subject('station', 'hz01'), data: { address: '10.1.2.3' } },
});

export const KioskRevoked = defineEntry({
  type: 'kiosk.revoked',
  about: ['kiosk'],
  tells: 'The pairing of a kiosk is good no more.',
  data: { name: id('Its name.') },
  example: { subject: KIOSK, data: { name: 'Hall' } },
});

export const KioskVisited = defineEntry({
  type: 'kiosk.visited',
  about: ['user'],
  tells: 'An officer showed their badge or typed their PIN at a kiosk, to see their own dockings.',
  data: { kiosk: kioskId(), by: code('`badge` or `pin`.') },
  related: ({ kiosk }) => [subject('kiosk', kiosk)],
  example: { subject: USER, data: { kiosk: KIOSK.id, by: 'badge' } },
});

export const KioskVisitRefused = defineEntry({
  type: 'kiosk.visit-refused',
  about: ['kiosk'],
  tells: 'A badge or a PIN was refused at a kiosk.',
  data: { by: code('`badge` or `pin`.'), user: Type.Union([id('Whose PIN it was to be.'), Type.Null()]) },
  related: ({ user }) => (user === null ? [] : [subject('user', user)]),
  example: { subject: KIOSK, data: { by: 'pin', user: USER.id } },
});

export const PinSet = defineEntry({
  type: 'pin.set',
  about: ['user'],
  tells: 'An officer chose a PIN for kiosks.',
  example: { subject: USER },
});

export const PinRemoved = defineEntry({
  type: 'pin.removed',
  about: ['user'],
  tells: 'The PIN of an officer is good no more.',
  example: { subject: USER },
});

export const BadgeAssigned = defineEntry({
  type: 'badge.assigned',
  about: ['user'],
  tells: 'An officer was given a badge for kiosks; one that they had before is good no more.',
  data: { ending: code('Its last characters.') },
  example: { subject: USER, data: { ending: 'A1B2' } },
});

export const BadgeRemoved = defineEntry({
  type: 'badge.removed',
  about: ['user'],
  tells: 'The badge of an officer is good no more.',
  data: { ending: code('Its last characters.') },
  example: { subject: USER, data: { ending: 'A1B2' } },
});

export const DockingConfirmed = defineEntry({
  type: 'docking.confirmed',
  about: ['docking'],
  tells: 'An officer confirmed at a kiosk that they have seen how their docking stands.',
  data: { user: id('Who confirmed.'), kiosk: kioskId() },
  related: ({ user, kiosk }) => [subject('user', user), subject('kiosk', kiosk)],
  example: { subject: subject('docking', 'dck-01k0d5w7q3-hz01-1111111111'), data: { user: USER.id, kiosk: KIOSK.id } },
});

export const DockingPutFirst = defineEntry({
  type: 'docking.put-first',
  about: ['docking'],
  tells: 'Somebody who stood before a kiosk had this docking taken in before all others.',
  data: { slot: slot(), user: id('Who stood there.'), kiosk: kioskId() },
  related: ({ user, kiosk }) => [subject('user', user), subject('kiosk', kiosk)],
  example: { subject: subject('docking', 'dck-01k0d5w7q3-hz01-1111111111'), data: { slot: 3, user: USER.id, kiosk: KIOSK.id } },
});

export const DockingClaimed = defineEntry({
  type: 'docking.claimed',
  about: ['docking'],
  tells: 'An officer who stood before a kiosk said that this docking is theirs; recordings of it that had no officer got this one.',
  data: {
    slot: slot(),
    officer: id('Number of the officer.'),
    recordings: count('That had no officer before.'),
    user: id('Who stood there.'),
    kiosk: kioskId(),
  },
  related: ({ user, kiosk }) => [subject('user', user), subject('kiosk', kiosk)],
  example: {
    subject: subject('docking', 'dck-01k0d5w7q3-hz01-1111111111'),
    data: { slot: 3, officer: '041234', recordings: 4, user: USER.id, kiosk: KIOSK.id },
  },
});

export const DOOR_ENTRIES = [
  TokenAdded,
  TokenRevoked,
  KioskCodeMade,
  KioskPaired,
  KioskCodeRefused,
  KioskRevoked,
  KioskVisited,
  KioskVisitRefused,
  PinSet,
  PinRemoved,
  BadgeAssigned,
  BadgeRemoved,
  DockingConfirmed,
  DockingPutFirst,
  DockingClaimed,
] as const;
