import { because } from '#domain/reason';
import {
  BadgeBody,
  BadgeJson,
  ClaimedJson,
  ConfirmedJson,
  FirstJson,
  KioskBody,
  KioskCodeJson,
  KioskJson,
  KioskSlotJson,
  OidcStepJson,
  OwnDockingJson,
  OwnKioskJson,
  OwnRecordingJson,
  OwnTaggedJson,
  OwnTagsBody,
  PairBody,
  PinBody,
  SignInWaysJson,
  TokenBody,
  TokenJson,
  TokenMadeJson,
  VisitBody,
  VisitJson,
} from './doors.ts';
import { named } from './named.ts';

const why = because('names-differ', {});
const at = '2026-06-20T15:30:00.000+08:00';
const recordingId = 'rec-01jybqe2v7k3m9';
const dockingId = 'dck-01jybqd0c1x2y3';
const userId = 'usr-01k0d5w7q3hz01';
const kioskId = 'ksk-01k0d5w7q3hz01';
const token = {
  ...{ id: 'tok-01k0d5w7q3hz01', owner: userId, name: 'monitoring', scopes: ['see-work'], madeAt: at, expiresAt: at, lastUseAt: null },
  ...{ endedAt: null, ended: null, good: true },
};

/** Schemas of tokens, kiosks, badges and the provider that the API document names, each with an example. */
export const DOOR_COMPONENTS = {
  TokenBody: named(TokenBody, { name: 'monitoring', scopes: ['see-work'], days: 30 }),
  Token: named(TokenJson, token),
  TokenMade: named(TokenMadeJson, { ...token, text: 'evd_not-a-token-but-43-characters-of-base64url-000' }),
  KioskBody: named(KioskBody, { name: '大厅', slots: [1, 2, 3] }),
  KioskCode: named(KioskCodeJson, { id: kioskId, name: '大厅', code: '7K3M-Q2ZD', until: at }),
  PairBody: named(PairBody, { code: '7K3M-Q2ZD' }),
  Kiosk: named(KioskJson, { id: kioskId, name: '大厅', slots: [1, 2, 3], pairedAt: at, lastSeenAt: at, revokedAt: null }),
  OwnKiosk: named(OwnKioskJson, { id: kioskId, name: '大厅', slots: [1, 2, 3] }),
  KioskSlot: named(KioskSlotJson, {
    ...{
      slot: 1,
      phase: 'copying',
      dockingId,
      recorderSerial: 'DSJ0012345',
      officerId: '041234',
      waiting: null,
      first: false,
      warning: null,
      problem: null,
    },
    ...{ filesListed: 42, filesSealed: 12, filesRefused: 0, bytesListed: 21_400_000_000, bytesCopied: 7_276_000_000 },
    ...{ bytesPerSecond: 31_000_000, secondsLeft: 455, battery: { percent: 62, percentMin: 30, low: false }, updatedAt: at },
  }),
  VisitBody: named(VisitBody, { officer: '041234', pin: '135790' }),
  Visit: named(VisitJson, { officer: '041234', name: '王敏', seconds: 180 }),
  OwnDocking: named(OwnDockingJson, {
    ...{ id: dockingId, slot: 1, state: 'removed', arrivedAt: at, safeAt: at, removedAt: at, filesListed: 42, filesKnown: 30 },
    ...{ filesRefused: 0, confirmedAt: null },
  }),
  Confirmed: named(ConfirmedJson, { docking: dockingId, confirmedAt: at }),
  First: named(FirstJson, { docking: dockingId, slot: 3 }),
  Claimed: named(ClaimedJson, { docking: dockingId, officer: '041234', recordings: 4 }),
  OwnRecording: named(OwnRecordingJson, {
    ...{ id: recordingId, docking: dockingId, kind: 'video', state: 'sealed', start: at, createdAt: at, durationMs: 754_000 },
    ...{ category: null, important: false, cases: [], suggestions: [{ case: 'LY-2026-0012', title: '占道经营检查', reason: why }] },
  }),
  OwnTagsBody: named(OwnTagsBody, { recordings: [recordingId], case: 'LY-2026-0012', category: 'inspection' }),
  OwnTagged: named(OwnTaggedJson, { changed: 1 }),
  PinBody: named(PinBody, { pin: '135790' }),
  BadgeBody: named(BadgeBody, { badge: '04:A1:B2:C3' }),
  Badge: named(BadgeJson, { user: userId, ending: 'B2C3', assignedAt: at }),
  SignInWays: named(SignInWaysJson, { provider: true, step: false }),
  OidcStep: named(OidcStepJson, { state: 'code', pending: 'not-a-token-but-43-characters-of-base64url-000', secret: null, uri: null }),
};
