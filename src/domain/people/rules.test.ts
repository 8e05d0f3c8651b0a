/*
 * Goal: the rules of accounts hold after any history of changes, whoever makes them.
 * Method: random histories over a small agency. Users, changes and those who make them are plain values of this test; what must hold is checked by counting,
 * not by asking the rules.
 */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EvidockError } from '#domain/errors';
import { changedUser, mayDecide, mustBeInvitable, newUser, type UserChange } from './rules.ts';
import { accountOf, isGood, SET_UP_MS, type User } from './user.ts';

const ALL = ['officer', 'custodian', 'auditor', 'reviewer', 'system-administrator', 'security-administrator'] as const;
const APART = ['system-administrator', 'security-administrator', 'auditor'];

/** Either somebody with an account, by their place, or nobody. */
const actor = fc.option(fc.nat(5), { nil: null });
const roles = fc.array(fc.constantFrom(...ALL), { maxLength: 4 });
const change = fc.record(
  {
    name: fc.constantFrom('Wang', ' Li Wei ', ''),
    officer: fc.constantFrom(null, '1', '2'),
    unit: fc.constantFrom(null, 'unt-1', 'unt-2'),
    roles,
    state: fc.constantFrom('active', 'suspended', 'left'),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<UserChange>;
const step = fc
  .record({ by: actor, own: fc.boolean(), of: fc.nat(5), change })
  .map(({ by, own, of, change: wanted }) => ({ by: own ? of : by, of, change: wanted }));

const idOf = (place: number) => `usr-${place}`;
const start = (keepers: number): User[] =>
  Array.from({ length: 6 }, (_, place) => ({
    ...{ id: idOf(place), account: `u${place}`, name: 'x', officer: null, unit: 'unt-1', state: 'active', createdAtMs: 0 },
    roles: place < keepers ? (['security-administrator'] as const) : (['officer'] as const),
  }));
const keepersIn = (users: readonly User[]) => users.filter(({ state, roles: own }) => state === 'active' && own.includes(ALL[5]));
const power = ({ officer, unit, roles: own, state }: User) => JSON.stringify([officer, unit, own, state]);

/** Makes the changes that are let, and tells each. */
function lived(users: User[], steps: readonly { by: number | null; of: number; change: UserChange }[]) {
  return steps.flatMap(({ by, of, change: wanted }) => {
    const before = users[of] as User;
    const others = keepersIn(users.filter(({ id }) => id !== before.id)).length;
    try {
      const after = changedUser(before, wanted, { by: by === null ? null : idOf(by), otherSecurityAdministrators: others });
      users[of] = after;
      return [{ by: by === null ? null : idOf(by), before, after, wanted }];
    } catch (error) {
      expect((error as EvidockError).code).toMatch(/^request\./);
      return [];
    }
  });
}

describe('after any history', () => {
  const histories = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.array(step, { minLength: 20, maxLength: 60 }));

  it('somebody keeps the accounts, nobody has roles that exclude each other, and who left has neither roles nor unit', () => {
    let made = 0;
    fc.assert(
      fc.property(histories, ([keepers, steps]) => {
        const users = start(keepers);
        for (const one of steps) {
          made += lived(users, [one]).length;
          expect(keepersIn(users).length).toBeGreaterThan(0);
          for (const { state, unit, roles: own } of users) {
            expect(own.filter((role) => APART.includes(role)).length).toBeLessThan(2);
            expect(new Set(own).size).toBe(own.length);
            if (state === 'left') expect([own, unit]).toEqual([[], null]);
          }
        }
      }),
      { numRuns: 300 },
    );
    expect(made).toBeGreaterThan(1000);
  });

  it('nobody has changed what counts of their own account', () => {
    let own = 0;
    fc.assert(
      fc.property(histories, ([keepers, steps]) => {
        for (const { by, before, after } of lived(start(keepers), steps)) {
          if (by !== before.id) continue;
          own += 1;
          expect(power(after)).toBe(power(before));
        }
      }),
      { numRuns: 300 },
    );
    expect(own).toBeGreaterThan(20);
  });

  it('a change that was let did what it said, and nothing else', () => {
    fc.assert(
      fc.property(histories, ([keepers, steps]) => {
        for (const { before, after, wanted } of lived(start(keepers), steps)) {
          expect([after.id, after.account, after.createdAtMs]).toEqual([before.id, before.account, before.createdAtMs]);
          if (wanted.state === undefined) expect(after.state).toBe(before.state);
          if (wanted.name === undefined) expect(after.name).toBe(before.name);
          if (after.state === 'left') continue;
          expect([...after.roles].sort()).toEqual([...new Set(wanted.roles ?? before.roles)].sort());
          expect(after.unit).toBe(wanted.unit === undefined ? before.unit : wanted.unit);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('a change', () => {
  const [keeper, officer] = start(1) as [User, User];
  const refusal = (body: () => unknown) => {
    try {
      body();
    } catch (error) {
      const { code, reason } = error as EvidockError;
      return `${code} ${reason.code}`;
    }
    return 'let';
  };
  const by = (id: string | null, others = 1) => ({ by: id, otherSecurityAdministrators: others });

  it.each([
    ['roles', { roles: [] }],
    ['state', { state: 'suspended' }],
    ['leaving', { state: 'left' }],
    ['unit', { unit: 'unt-2' }],
    ['no unit', { unit: null }],
    ['officer number', { officer: '041234' }],
  ] as const)('of %s is let to others, and to nobody for themselves', (_, wanted) => {
    expect(refusal(() => changedUser(officer, wanted as UserChange, by(officer.id)))).toBe('request.forbidden own-account');
    expect(refusal(() => changedUser(officer, wanted as UserChange, by(keeper.id)))).toBe('let');
    expect(refusal(() => changedUser(officer, wanted as UserChange, by(null)))).toBe('let');
  });

  it('of a name is let to everybody who may change accounts, themselves too', () => {
    expect(changedUser(officer, { name: ' Li Wei ' }, by(officer.id)).name).toBe('Li Wei');
    for (const name of ['', '  ', 'a\u0007b', 'x'.repeat(101), '\ud800'])
      expect(refusal(() => changedUser(officer, { name }, by(null)))).toBe('request.invalid name-unfit');
  });

  it.each([{ roles: ['officer'] }, { state: 'suspended' }, { state: 'left' }, { roles: [] }] as UserChange[])(
    'that takes the last security administrator away is refused, over the control socket too: %j',
    (wanted) => {
      expect(refusal(() => changedUser(keeper, wanted, by(null, 0)))).toBe('request.conflict last-security-administrator');
      expect(refusal(() => changedUser(keeper, wanted, by(null, 1)))).toBe('let');
      expect(refusal(() => changedUser({ ...keeper, state: 'suspended' }, wanted, by(null, 0)))).toBe('let');
    },
  );

  it('gives nothing to who has left, and who comes back begins with nothing', () => {
    const left = changedUser({ ...officer, officer: '7' }, { state: 'left' }, by(null));
    expect([left.roles, left.unit, left.officer]).toEqual([[], null, '7']);
    for (const wanted of [{ roles: ['officer'] }, { unit: 'unt-1' }, { officer: '8' }] as UserChange[])
      expect(refusal(() => changedUser(left, wanted, by(null)))).toBe('request.conflict user-left');
    expect(changedUser(left, { name: 'Li' }, by(null)).name).toBe('Li');
    const back = changedUser(left, { state: 'active' }, by(null));
    expect([back.state, back.roles, back.unit]).toEqual(['active', [], null]);
    expect(changedUser(left, { state: 'active', roles: ['officer'] }, by(null)).roles).toEqual(['officer']);
  });

  it('invites who is active, and nobody themselves', () => {
    expect(refusal(() => mustBeInvitable(officer, keeper.id))).toBe('let');
    expect(refusal(() => mustBeInvitable(officer, null))).toBe('let');
    expect(refusal(() => mustBeInvitable(officer, officer.id))).toBe('request.forbidden own-account');
    for (const state of ['suspended', 'left'] as const)
      expect(refusal(() => mustBeInvitable({ ...officer, state }, null))).toBe('request.conflict user-not-active');
  });
});

it('whoever asked never decides', () => {
  expect([mayDecide('usr-1', 'usr-1'), mayDecide('usr-1', 'usr-2'), mayDecide('usr-1', null), mayDecide(null, 'usr-1')]).toEqual([
    ...[false, true, true, true],
  ]);
  expect(mayDecide(null, null)).toBe(false);
});

describe('an account', () => {
  it.each([
    ['wang', 'wang'],
    [' Zhang.San ', 'zhang.san'],
    ['041234', '041234'],
    ['a@b-c_d', 'a@b-c_d'],
    ['x', 'x'],
    ['', null],
    ['.x', null],
    ['x.', null],
    ['王', null],
    ['a b', null],
    ['a/b', null],
    ['a'.repeat(65), null],
    ['a'.repeat(64), 'a'.repeat(64)],
  ])('%j is kept as %j', (text, kept) => {
    expect(accountOf(text)).toBe(kept);
  });

  it('of a new user has each role once, in one order, and no others', () => {
    const draft = { id: 'usr-1', account: 'Wang', name: ' W ', roles: ['reviewer', 'officer', 'reviewer'] } as const;
    expect(newUser(draft, 5)).toEqual({
      ...{ id: 'usr-1', account: 'wang', name: 'W', officer: null, unit: null, state: 'active', createdAtMs: 5 },
      roles: ['officer', 'reviewer'],
    });
    for (const [one, other] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const) {
      const both = { ...draft, roles: [APART[one], APART[other]] } as never;
      expect(() => newUser(both, 5)).toThrow(/exclude/);
    }
  });
});

it('a link is good for 24 hours, and not because the clock was set back', () => {
  const link = { user: 'usr-1', tokenSha256: '', madeAtMs: 1e12, endsAtMs: 1e12 + SET_UP_MS };
  const at = (ms: number) => isGood(link, 1e12 + ms);
  expect([at(0), at(SET_UP_MS - 1), at(SET_UP_MS), at(-600_000), at(-600_001)]).toEqual([true, true, false, true, false]);
});
