import {
  BadgeAssigned,
  BadgeRemoved,
  DockingConfirmed,
  KioskPaired,
  KioskRevoked,
  PinRemoved,
  PinSet,
  TokenAdded,
  TokenRevoked,
} from '#domain/custody/door-entries';
import { add, remove, set } from './rows.ts';
import { rule } from './rule.ts';

export const DOOR_RULES = [
  rule(TokenAdded, ({ subject: { id }, atMs, data: { owner, secretSha256, scopes, until }, personal: { name } }) => [
    add('tokens', {
      ...{ id, owner, name, scopes: [...scopes], secret_sha256: secretSha256, made_at: atMs, expires_at: Date.parse(until) },
      ...{ ended_at: null, ended: null },
    }),
  ]),
  rule(TokenRevoked, ({ subject: { id }, atMs, data: { why } }) => [set('tokens', { id }, { ended_at: atMs, ended: why })]),
  rule(KioskPaired, ({ subject: { id }, atMs, data: { name, slots, secretSha256 } }) => [
    add('kiosks', { id, name, slots: [...slots], secret_sha256: secretSha256, paired_at: atMs, revoked_at: null }),
  ]),
  rule(KioskRevoked, ({ subject: { id }, atMs }) => [set('kiosks', { id }, { revoked_at: atMs })]),
  rule(PinSet, ({ subject: { id: user }, atMs }) => [add('pins', { user, set_at: atMs })]),
  rule(PinRemoved, ({ subject: { id: user } }) => [remove('pins', { user })]),
  rule(BadgeAssigned, ({ subject: { id: user }, atMs, data: { ending } }) => [add('badges', { user, ending, assigned_at: atMs })]),
  rule(BadgeRemoved, ({ subject: { id: user } }) => [remove('badges', { user })]),
  rule(DockingConfirmed, ({ subject: { id }, atMs, data: { user, kiosk } }) => [
    add('confirmations', { user, docking_id: id, kiosk, at: atMs }),
  ]),
];
