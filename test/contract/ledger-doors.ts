/*
 * Goal: what a ledger keeps of tokens, kiosks, badges and PINs is found again by what they are asked by, and ends where it was ended.
 */
import { expect } from 'vitest';
import { type ApiToken, TOKENS_OF_OWNER_MAX } from '#domain/doors/api-token';
import type { Badge } from '#domain/doors/badge';
import type { Kiosk } from '#domain/doors/kiosk';
import { aDocking, aHash, anId, START_MS } from '#test/support/builders';
import { type It, refused } from './ledger-support.ts';

function aToken(n: number, more: Partial<ApiToken> = {}): ApiToken {
  return {
    ...{
      id: anId('tok', START_MS + n),
      owner: 'usr-1',
      name: `token ${n}`,
      scopes: ['see-work', 'look'],
      secretSha256: aHash(`token ${n}`),
    },
    ...{ madeAtMs: START_MS, expiresAtMs: START_MS + 1000, lastUseAtMs: null, endedAtMs: null, ended: null },
    ...more,
  };
}

function aKiosk(n: number, more: Partial<Kiosk> = {}): Kiosk {
  const times = { pairedAtMs: START_MS, lastSeenAtMs: null, revokedAtMs: null };
  return { id: anId('ksk', START_MS + n), name: `hall ${n}`, slots: [n, n + 1], secretSha256: aHash(`kiosk ${n}`), ...times, ...more };
}

const aBadge = (user: string, n: number): Badge => ({
  badgeSha256: aHash(`badge ${n}`),
  ending: `000${n}`,
  user,
  assignedAtMs: START_MS + n,
});

export function doors(it: It): void {
  it('finds a token by its id and by the digest of its text, and lists those of one owner or of all, oldest first', async (ledger) => {
    const [one, two, other] = [aToken(1), aToken(2, { scopes: [] }), aToken(3, { owner: 'usr-2' })];
    await ledger.transaction(async (writer) => {
      for (const token of [other, two, one]) await writer.doors.insertToken(token);
    });
    expect(await ledger.doors.token(one.id)).toEqual(one);
    expect(await ledger.doors.tokenBySecret(two.secretSha256)).toEqual(two);
    expect(await ledger.doors.tokenBySecret(aHash('token 9'))).toBeNull();
    expect(await ledger.doors.tokens({ limit: 10 })).toEqual([one, two, other]);
    expect(await ledger.doors.tokens({ limit: 1, after: one.id })).toEqual([two]);
    expect(await ledger.doors.tokens({ limit: 10, owner: 'usr-2' })).toEqual([other]);
  });

  it('ends a token once, and keeps it with why it ended', async (ledger) => {
    const [token, other] = [aToken(1), aToken(2)];
    await ledger.transaction(async (writer) => {
      await writer.doors.insertToken(token);
      await writer.doors.insertToken(other);
      await writer.doors.noteTokenUse(token.id, START_MS + 5);
      await writer.doors.endToken(token.id, { atMs: START_MS + 6, why: 'owner-left' });
    });
    const ended = { ...token, lastUseAtMs: START_MS + 5, endedAtMs: START_MS + 6, ended: 'owner-left' };
    expect(await ledger.doors.tokenBySecret(token.secretSha256)).toEqual(ended);
    expect(await ledger.doors.openTokens('usr-1')).toEqual([other]);
    const again = ledger.transaction((writer) => writer.doors.endToken(token.id, { atMs: START_MS + 9, why: 'revoked' }));
    expect((await refused(again)).code).toBe('request.not-found');
    expect(await ledger.doors.token(token.id)).toEqual(ended);
  });

  it('hands out no more open tokens of one owner than there may be', async (ledger) => {
    await ledger.transaction(async (writer) => {
      for (let n = 0; n <= TOKENS_OF_OWNER_MAX; n++) await writer.doors.insertToken(aToken(n));
    });
    expect((await ledger.doors.openTokens('usr-1')).length).toBe(TOKENS_OF_OWNER_MAX);
  });

  it('finds a kiosk by its id and by the digest of its cookie, and revokes it once', async (ledger) => {
    const [one, two] = [aKiosk(1), aKiosk(2, { slots: [] })];
    await ledger.transaction(async (writer) => {
      for (const kiosk of [two, one]) await writer.doors.insertKiosk(kiosk);
      await writer.doors.noteKioskSeen(one.id, START_MS + 3);
      await writer.doors.revokeKiosk(two.id, START_MS + 4);
    });
    const seen = { ...one, lastSeenAtMs: START_MS + 3 };
    const revoked = { ...two, revokedAtMs: START_MS + 4 };
    expect(await ledger.doors.kiosks({ limit: 10 })).toEqual([seen, revoked]);
    expect(await ledger.doors.kiosks({ limit: 10, after: one.id })).toEqual([revoked]);
    expect([await ledger.doors.kiosk(one.id), await ledger.doors.kioskBySecret(two.secretSha256)]).toEqual([seen, revoked]);
    const again = ledger.transaction((writer) => writer.doors.revokeKiosk(two.id, START_MS + 9));
    expect((await refused(again)).code).toBe('request.not-found');
  });

  it('keeps one PIN and one badge of each user; a badge has one user', async (ledger) => {
    await ledger.transaction(async (writer) => {
      await writer.doors.setPin({ user: 'usr-1', hash: 'first', setAtMs: START_MS });
      await writer.doors.setPin({ user: 'usr-1', hash: 'second', setAtMs: START_MS + 1 });
      await writer.doors.assignBadge(aBadge('usr-1', 1));
      await writer.doors.assignBadge(aBadge('usr-1', 2));
      await writer.doors.assignBadge(aBadge('usr-2', 1));
    });
    expect(await ledger.doors.pin('usr-1')).toEqual({ user: 'usr-1', hash: 'second', setAtMs: START_MS + 1 });
    expect(await ledger.doors.badge(aHash('badge 1'))).toEqual(aBadge('usr-2', 1));
    expect(await ledger.doors.badgeOf('usr-1')).toEqual(aBadge('usr-1', 2));
    const taken = ledger.transaction((writer) => writer.doors.assignBadge(aBadge('usr-3', 2)));
    expect((await refused(taken)).code).toBe('request.conflict');
    await ledger.transaction(async (writer) => {
      await writer.doors.removePin('usr-1');
      await writer.doors.removeBadge('usr-1');
    });
    expect([await ledger.doors.pin('usr-1'), await ledger.doors.badgeOf('usr-1')]).toEqual([null, null]);
    expect(await ledger.doors.badgeOf('usr-2')).toEqual(aBadge('usr-2', 1));
  });

  it('keeps who confirmed which docking', async (ledger) => {
    const [one, two] = [aDocking(), aDocking({ id: anId('dck', START_MS + 1), port: '2' })];
    const confirmation = { docking: one.id, user: 'usr-1', kiosk: 'ksk-1', atMs: START_MS };
    await ledger.transaction(async (writer) => {
      for (const docking of [one, two]) await writer.dockings.insert(docking);
      await writer.doors.confirm(confirmation);
      await writer.doors.confirm({ ...confirmation, user: 'usr-2', docking: two.id });
    });
    expect(await ledger.doors.confirmations('usr-1', [one.id, two.id])).toEqual([confirmation]);
    expect(await ledger.doors.confirmations('usr-1', [two.id])).toEqual([]);
    expect(await ledger.doors.confirmations('usr-1', [])).toEqual([]);
  });
}
