/*
 * Goal: a policy that lets anybody do more waits for a second person, one that does not counts at once, and every step is on record. Method: a real ledger, a
 * keeper, and small changes of the policy that comes with the software.
 */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Actor } from '#domain/custody/actor';
import type { EvidockError } from '#domain/errors';
import { aUser } from '#test/support/builders';
import { about } from '#test/support/custody';
import { type ServedStation, servedStation } from '#test/support/served-station';
import { adoptFirst, adoptPolicy, type Deciding, proposePolicy, refusePolicy, wideningsNow } from './policies.ts';
import { noticeFile } from './policy-file.ts';
import { PolicyKeeper } from './policy-keeper.ts';
import { readPolicy } from './read-policy.ts';

const SHIPPED = readFileSync(new URL('../../../config/access.yaml', import.meta.url), 'utf8');
const WIDER = SHIPPED.replace('hoursMax: 4', 'hoursMax: 5');
const NARROWER = SHIPPED.replace('actions: [see, tag, mark, hold]', 'actions: [see, tag, mark]');

const person = (id: string, kind: Actor['kind'] = 'user'): Deciding => ({
  actor: { kind, id: kind === 'token' ? 'tok-1' : id, via: 'network', session: null },
  person: id,
});
const LI = person('usr-li');
const WANG = person('usr-wang');
const ROOT: Deciding = { actor: { kind: 'cli', id: 'root', via: 'socket', session: null }, person: 'machine' };

let station: ServedStation;
let keeper: PolicyKeeper;
let deps: Parameters<typeof proposePolicy>[0] & { keeper: PolicyKeeper };
beforeEach(async () => {
  station = await servedStation();
  keeper = new PolicyKeeper();
  deps = { ledger: station.ledger, clock: station.clock, keeper };
  await adoptFirst(deps, SHIPPED, 'config/access.yaml');
});
afterEach(() => station.close());

const propose = (text: string, by: Deciding, source: 'person' | 'file' = 'person') => proposePolicy(deps, { text, source, by, name: 'x' });
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'was done',
    (error: EvidockError) => error.code,
  );
const typesOf = async (version: number) => (await station.ledger.custody.of(about(`policy:${version}`))).map(({ type }) => type);

describe('a policy', () => {
  it('of the software is adopted by the station at its first start, once', async () => {
    expect([keeper.policy().version, (await station.ledger.policies.inForce())?.proposedBy.kind]).toEqual([1, 'station']);
    await adoptFirst(deps, WIDER, 'config/access.yaml');
    expect(await typesOf(1)).toEqual(['policy.proposed', 'policy.adopted']);
    expect(await station.ledger.policies.list({ limit: 5 })).toHaveLength(1);
  });

  it('that only narrows counts at once', async () => {
    expect(await propose(NARROWER, LI)).toMatchObject({ version: 2, state: 'in-force', widenings: [] });
    expect(keeper.policy().rules.find(({ id }) => id === 'unit-keep')?.actions).toEqual(['see', 'tag', 'mark']);
    expect(await typesOf(2)).toEqual(['policy.proposed', 'policy.adopted']);
    expect((await station.ledger.policies.get(1))?.state).toBe('former');
  });

  it('that widens waits; neither its own author nor a token of theirs adopts it, and somebody else does', async () => {
    const made = await propose(WIDER, LI);
    expect(made).toMatchObject({ version: 2, state: 'proposed', against: 1 });
    expect(made.widenings).toMatchObject([{ kind: 'urgent', hours: 5 }]);
    expect(keeper.policy().version).toBe(1);
    for (const self of [LI, person('usr-li', 'token')])
      expect(await codeOf(adoptPolicy(deps, { version: 2, against: 1, by: self }))).toBe('request.forbidden');
    expect([keeper.policy().version, (await station.ledger.policies.inForce())?.version]).toEqual([1, 1]);
    expect(await adoptPolicy(deps, { version: 2, against: 1, by: WANG })).toMatchObject({ version: 2, state: 'in-force' });
    expect([keeper.policy().version, keeper.policy().urgent.hoursMax]).toEqual([2, 5]);
    expect(await typesOf(2)).toEqual(['policy.proposed', 'policy.adopted']);
    expect(await codeOf(adoptPolicy(deps, { version: 2, against: 2, by: WANG }))).toBe('request.conflict');
  });

  it('is one person to root, whatever the account is called', async () => {
    // Somebody could adopt it: an account that nobody made lately.
    await station.ledger.transaction((writer) => writer.people.upsertUser(aUser({ roles: ['security-administrator'] })));
    await propose(WIDER, ROOT);
    const other: Deciding = { actor: { ...ROOT.actor, id: 'admin' }, person: 'machine' };
    expect(await codeOf(adoptPolicy(deps, { version: 2, against: 1, by: other }))).toBe('request.forbidden');
  });

  it('is adopted only as compared with what whoever adopts it saw in force', async () => {
    await propose(WIDER, LI);
    await propose(NARROWER, WANG);
    expect(await codeOf(adoptPolicy(deps, { version: 2, against: 1, by: WANG }))).toBe('request.conflict');
    const waiting = await station.ledger.policies.get(2);
    const now = waiting && (await wideningsNow(deps, waiting));
    // What the narrower one took away is now among what the proposal widens.
    expect([now?.against, now?.widenings?.map(({ kind }) => kind)]).toEqual([3, expect.arrayContaining(['action', 'urgent'])]);
    await adoptPolicy(deps, { version: 2, against: 3, by: WANG });
    expect(keeper.policy().version).toBe(2);
  });

  it('is refused by others and withdrawn by its author, and then waits no more', async () => {
    await propose(WIDER, LI);
    expect(await refusePolicy(deps, { version: 2, reason: 'no', by: WANG })).toMatchObject({ state: 'refused' });
    expect(await codeOf(adoptPolicy(deps, { version: 2, against: 1, by: WANG }))).toBe('request.conflict');
    await propose(WIDER, LI);
    expect(await refusePolicy(deps, { version: 3, reason: null, by: LI })).toMatchObject({ state: 'withdrawn' });
    expect([await typesOf(2), await typesOf(3)]).toEqual([
      ['policy.proposed', 'policy.refused'],
      ['policy.proposed', 'policy.withdrawn'],
    ]);
    expect(await codeOf(refusePolicy(deps, { version: 9, reason: null, by: LI }))).toBe('request.not-found');
  });

  it('that is none, is in force, or comes while too many wait, is not proposed', async () => {
    expect(await codeOf(propose('rules: 5', LI))).toBe('config.invalid');
    expect(await codeOf(propose(SHIPPED, LI))).toBe('request.conflict');
    for (let n = 0; n < 20; n += 1) await propose(WIDER.replace('hoursMax: 5', `hoursMax: ${6 + n}`), LI);
    expect(await codeOf(propose(WIDER, LI))).toBe('request.conflict');
    expect(await station.ledger.policies.list({ limit: 50 })).toHaveLength(21);
  });
});

describe('the file of a site', () => {
  const notice = (text: string) => noticeFile(deps, { name: 'access.yaml', read: async () => text });

  it('is proposed where it changed, once, and not again when it was refused', async () => {
    expect(await notice(SHIPPED)).toEqual({ found: 'in-force' });
    expect(await notice(WIDER)).toEqual({ found: 'proposed', version: 2 });
    expect((await station.ledger.policies.get(2))?.proposedBy).toMatchObject({ kind: 'cli', via: 'file' });
    expect(await notice(WIDER)).toEqual({ found: 'unchanged' });
    await refusePolicy(deps, { version: 2, reason: null, by: WANG });
    expect(await notice(WIDER)).toEqual({ found: 'unchanged' });
    expect(await notice(NARROWER)).toEqual({ found: 'adopted', version: 3 });
    expect(keeper.policy().version).toBe(3);
  });

  it('that was changed once more, or back, leaves no proposal of before', async () => {
    await notice(WIDER);
    await notice(WIDER.replace('hoursMax: 5', 'hoursMax: 6'));
    expect((await station.ledger.policies.list({ limit: 5 })).map(({ state }) => state)).toEqual(['proposed', 'withdrawn', 'in-force']);
    expect(await notice(SHIPPED)).toEqual({ found: 'in-force' });
    expect(await station.ledger.policies.list({ state: 'proposed', limit: 5 })).toEqual([]);
  });

  it('does not undo what a person had adopted since', async () => {
    await propose(NARROWER, LI);
    expect(await notice(SHIPPED)).toEqual({ found: 'unchanged' });
    expect(keeper.policy().version).toBe(2);
  });

  it('that is broken, or cannot be read, leaves the policy in force and is told of until it is mended', async () => {
    expect(await notice('rules: 5')).toMatchObject({ found: 'broken' });
    expect([keeper.policy().version, keeper.trouble?.code]).toEqual([1, 'as-failed']);
    await notice(SHIPPED);
    expect(keeper.trouble).toBeNull();
  });
});

describe('the keeper', () => {
  it('takes the version in force from the ledger, and the software’s own where there never was one', async () => {
    await propose(NARROWER, LI);
    const fresh = new PolicyKeeper();
    await fresh.load(station.ledger.policies, readPolicy(SHIPPED, 0, 'x'));
    expect(fresh.policy()).toEqual(readPolicy(NARROWER, 2, 'x'));
    await fresh.load({ inForce: async () => null }, readPolicy(SHIPPED, 0, 'x'));
    expect(fresh.policy().version).toBe(0);
  });

  it('lets nobody do anything by a version that it cannot read, and tells why', async () => {
    const inForce = await station.ledger.policies.inForce();
    const fresh = new PolicyKeeper();
    await fresh.load({ inForce: async () => inForce && { ...inForce, text: 'format: evidock-access/9' } }, readPolicy(SHIPPED, 0, 'x'));
    expect([fresh.policy().rules, fresh.trouble?.code]).toEqual([[], 'as-failed']);
  });
});
