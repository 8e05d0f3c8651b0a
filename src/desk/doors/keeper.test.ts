/*
 * Goal: what belongs to somebody who was suspended or has left is ended, on record and once, also where the process was killed before it could be; what a ledger
 * cannot write now ends at the next start. Method: the real ledger and the live bell of changes.
 */
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changeUser } from '#desk/people/users';
import { TASKS } from '#domain/access/tasks';
import type { User, UserState } from '#domain/people/user';
import type { Ledger } from '#ports/ledger';
import { anId } from '#test/support/builders';
import { about, cli } from '#test/support/custody';
import { addUser } from '#test/support/people/sign-in';
import { type ServedStation, servedStation } from '#test/support/served-station';
import { assignBadge } from './badges.ts';
import { DoorKeeper } from './keeper.ts';
import { addToken } from './tokens.ts';

const by = cli('root');
let station: ServedStation;
let keeper: DoorKeeper;
let broken: Error | null;
let lines = '';

beforeEach(async () => {
  broken = null;
  lines = '';
  const written = new Writable({
    write: (chunk, _, done) => {
      lines += String(chunk);
      done();
    },
  });
  station = await servedStation({ log: pino({ level: 'info' }, written) });
  const { deps } = station;
  const transaction: Ledger['transaction'] = (body) => (broken === null ? deps.ledger.transaction(body) : Promise.reject(broken));
  const ledger = new Proxy(deps.ledger, { get: (target, name) => (name === 'transaction' ? transaction : Reflect.get(target, name)) });
  keeper = new DoorKeeper({ deps: { ...deps, ledger }, changes: deps.people });
});
afterEach(async () => {
  await keeper.stop();
  await station.close();
});

/** An officer with a token, a badge and a PIN. */
async function equipped(account: string, badge: string): Promise<User> {
  const { deps } = station;
  const user = await addUser(deps, { account, id: anId('usr'), officer: `04${badge}` });
  await token(user);
  await assignBadge(deps, { user: user.id, badge: `04A1B2${badge}`, within: null, actor: by });
  await deps.ledger.transaction((writer) => writer.doors.setPin({ user: user.id, hash: 'hash', setAtMs: 1 }));
  return user;
}

const token = (owner: User) =>
  addToken(station.deps, { owner, tasks: new Set(TASKS), name: 'program', scopes: ['see-work'], days: 1, daysMax: 9, actor: by });

async function become({ id }: User, state: UserState): Promise<void> {
  await changeUser(station.deps, id, { state, why: 'transfer' }, { actor: by, user: null });
}

/** What of a person is still good, as the ledger has it. */
async function left({ id }: User): Promise<{ tokens: number; badge: boolean; pin: boolean }> {
  const { doors } = station.ledger;
  return {
    tokens: (await doors.openTokens(id)).length,
    badge: (await doors.badgeOf(id)) !== null,
    pin: (await doors.pin(id)) !== null,
  };
}

const ends = async ({ id }: User) =>
  (await station.ledger.custody.of(about(`user:${id}`)))
    .filter(({ type }) => /^(token\.revoked|badge\.removed|pin\.removed)$/.test(type))
    .map(({ type, data, actor }) => [type, data['why'] ?? null, actor.kind]);

describe('while the station runs', () => {
  it('tokens of who is suspended end, on record; badge and PIN wait for them', async () => {
    const [wang, li] = [await equipped('wang', '01'), await equipped('li', '02')];
    await keeper.start();
    await become(wang, 'suspended');
    await expect.poll(() => left(wang)).toEqual({ tokens: 0, badge: true, pin: true });
    expect(await ends(wang)).toEqual([['token.revoked', 'owner-suspended', 'station']]);
    await become(wang, 'active');
    await keeper.stop();
    expect(await left(wang)).toEqual({ tokens: 0, badge: true, pin: true });
    expect([await left(li), await ends(li)]).toEqual([{ tokens: 1, badge: true, pin: true }, []]);
  });

  it('everything of who has left ends, in one go, each told once', async () => {
    const wang = await equipped('wang', '01');
    await keeper.start();
    await become(wang, 'left');
    await keeper.stop();
    expect(await left(wang)).toEqual({ tokens: 0, badge: false, pin: false });
    const told = [
      ['token.revoked', 'owner-left', 'station'],
      ['badge.removed', null, 'station'],
      ['pin.removed', null, 'station'],
    ];
    expect(await ends(wang)).toEqual(told);
    await keeper.userChanged({ id: wang.id, state: 'left' });
    expect(await ends(wang)).toEqual(told);
  });

  it('a ledger that cannot be written is told of, and later changes are heard all the same', async () => {
    const [wang, li] = [await equipped('wang', '01'), await equipped('li', '02')];
    await keeper.start();
    broken = new Error('disk full');
    await become(wang, 'suspended');
    await expect.poll(() => lines).toContain('disk full');
    broken = null;
    await become(li, 'suspended');
    await keeper.stop();
    expect([(await left(wang)).tokens, (await left(li)).tokens]).toEqual([1, 0]);
    // The next start ends it.
    await keeper.start();
    expect(await left(wang)).toEqual({ tokens: 0, badge: true, pin: true });
  });
});

describe('a start', () => {
  it('ends what a process that was killed has left, whatever page of tokens it stands on', async () => {
    const wang = await equipped('wang', '01');
    const many = await addUser(station.deps, { account: 'many', id: anId('usr') });
    await station.ledger.transaction(async (writer) => {
      for (let n = 0; n < 505; n += 1) {
        const made = { owner: n === 504 ? wang.id : many.id, name: 'x', scopes: [], secretSha256: `${n}`.padStart(64, '0'), madeAtMs: 1 };
        await writer.doors.insertToken({
          ...made,
          id: anId('tok', 1 + n),
          expiresAtMs: 2,
          lastUseAtMs: null,
          endedAtMs: null,
          ended: null,
        });
      }
    });
    await become(wang, 'left');
    expect((await left(wang)).tokens).toBe(2);
    await keeper.start();
    expect(await left(wang)).toEqual({ tokens: 0, badge: false, pin: false });
    expect((await left(many)).tokens).toBeGreaterThan(0);
  });

  it('hears nothing more once it was stopped', async () => {
    const wang = await equipped('wang', '01');
    await keeper.start();
    await keeper.stop();
    await become(wang, 'suspended');
    expect((await left(wang)).tokens).toBe(1);
  });
});
