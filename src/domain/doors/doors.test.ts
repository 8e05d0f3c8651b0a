/*
 * Goal: what a person types or a program sends at one of the doors is read in one way, and nothing is taken for more than it is.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ACTIONS } from '#domain/access/policy';
import { TASKS, type Task } from '#domain/access/tasks';
import { isTokenGood, isTokenText } from './api-token.ts';
import { badgeEnding, normalBadge, pinFault } from './badge.ts';
import { CODE_LENGTH, normalCode, pairingCode, showsSlot } from './kiosk.ts';
import { returnPath } from './return-path.ts';
import { readScopes, rightsOf, scopesBeyond, TOKEN_SCOPES } from './token-scopes.ts';

describe('a return path', () => {
  it.each(['/', '/search', '/cases/LY-2026-0012?t=3&cams=1#a', '/a//b', '/%2F%2Fevil.example', '/a/@evil.example:80'])(
    'of its own is kept: %s',
    (path) => {
      expect(returnPath(path)).toBe(path);
    },
  );

  it.each([
    ...[
      '//evil.example',
      '/\\evil.example',
      '\\\\evil.example',
      'https://evil.example/',
      'javascript:alert(1)',
      'evil',
      '',
      '/a\\b',
      '/\t/evil.example',
    ],
    ...['/\n/evil.example', ' /a', '/a b', '/é', `/${'a'.repeat(2000)}`, '/a\r\nset-cookie: x=y', '/\u0000'],
  ])('that could lead elsewhere becomes the start page: %j', (path) => {
    expect(returnPath(path)).toBe('/');
  });

  it('never leads to another origin, whatever is asked', () => {
    const parts = fc.array(fc.constantFrom('/', '\\', '.', ':', '@', 'evil.example', '\t', '\n', '%2f', '?', '#', 'http', 'a'), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(
        parts.map((each) => each.join('')),
        (asked) => {
          const path = returnPath(asked);
          expect(new URL(path, 'https://station.example').origin).toBe('https://station.example');
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('scopes of a token', () => {
  it('are tasks and actions, each once; none of them is one with which a token could make another', () => {
    expect(readScopes(['look', 'see-work', 'look'])).toEqual({ scopes: ['see-work', 'look'], unknown: [] });
    expect(readScopes(['own-account', 'kiosk', 'everything', 'look'])).toEqual({
      scopes: ['look'],
      unknown: ['own-account', 'kiosk', 'everything'],
    });
    expect(TOKEN_SCOPES.length).toBeGreaterThan(15);
  });

  it('that its maker does not have are named', () => {
    const tasks = new Set<Task>(['see-work', 'show-footage']);
    expect(scopesBeyond(['see-work', 'look', 'hear'], tasks)).toEqual([]);
    expect(scopesBeyond(['look', 'tag', 'manage-accounts'], tasks)).toEqual(['tag', 'manage-accounts']);
  });

  it('of an action give no other action; those of a task give what the task reaches', () => {
    expect(rightsOf(['look'])).toEqual({ tasks: ['show-footage'], actions: ['see', 'look'] });
    expect(rightsOf(['tag-footage'])).toEqual({ tasks: ['tag-footage'], actions: ['see', 'tag', 'mark', 'hold'] });
    expect(rightsOf(['see-work'])).toEqual({ tasks: ['see-work'], actions: [] });
    expect(rightsOf(['no such scope'])).toEqual({ tasks: [], actions: [] });
  });

  it('never give a task or an action that no scope stands for', () => {
    fc.assert(
      fc.property(fc.subarray([...TASKS, ...ACTIONS] as string[]), (names) => {
        const { scopes } = readScopes(names);
        const { tasks } = rightsOf(scopes);
        expect(tasks).not.toContain('own-account');
        expect(scopesBeyond(scopes, new Set(tasks))).toEqual([]);
      }),
    );
  });
});

describe('a token', () => {
  it('has a form of its own', () => {
    expect(isTokenText(`evd_${'a'.repeat(43)}`)).toBe(true);
    for (const text of ['', 'evd_', `evd_${'a'.repeat(42)}`, `evd_${'a'.repeat(44)}`, `EVD_${'a'.repeat(43)}`, `evd_${'a'.repeat(42)}+`])
      expect(isTokenText(text), text).toBe(false);
  });

  it('is good until its last moment, and not after it was ended', () => {
    const token = { madeAtMs: 100, expiresAtMs: 200, endedAtMs: null };
    expect([100, 199, 200, 201].map((now) => isTokenGood(token, now))).toEqual([true, true, false, false]);
    expect(isTokenGood({ ...token, endedAtMs: 150 }, 120)).toBe(false);
  });

  it('of which the clock says that it is not made yet is not good: somebody has set the clock back', () => {
    expect(isTokenGood({ madeAtMs: 1_000_000_000, expiresAtMs: 2_000_000_000, endedAtMs: null }, 0)).toBe(false);
  });
});

describe('a pairing code', () => {
  it('can be typed in small letters, with blanks, and with letters that look like digits', () => {
    const code = pairingCode(Uint8Array.of(0, 1, 10, 31, 32, 255, 17, 18));
    expect(code).toBe('01AZ-0ZHJ');
    for (const typed of ['01AZ0ZHJ', 'oiaz-ozhj', ' Ol A Z-0 zhj ', '01AZ-0ZHJ']) expect(normalCode(typed), typed).toBe('01AZ0ZHJ');
    for (const typed of ['', '01AZ', '01AZ-0ZHJ9', 'U1AZ-0ZHJ', '０１AZ0ZHJ']) expect(normalCode(typed), typed).toBeNull();
  });

  it('of any random bytes comes back as it was shown', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: CODE_LENGTH, maxLength: CODE_LENGTH }), (random) => {
        expect(normalCode(pairingCode(random))).toBe(pairingCode(random).replace('-', ''));
      }),
    );
  });
});

it('a kiosk shows the slots that it was paired for; all, if none were named', () => {
  expect([showsSlot([], 7), showsSlot([1, 2], 2), showsSlot([1, 2], 7)]).toEqual([true, true, false]);
});

describe('a PIN', () => {
  it.each(['135790', '000001', '112233', '9218374650'])('%s is taken', (pin) => expect(pinFault(pin, '041234')).toBeNull());
  it.each(['', '12345', '1234567890123', '12345a', '１２３４５６', ' 135790'])('%j is none', (pin) =>
    expect(pinFault(pin, null)).toBe('not-digits'),
  );
  it.each(['000000', '123456', '987654', '234567', '0412345'])('%s is what everybody tries', (pin) => {
    expect(pinFault(pin, '0412345')).toBe('too-easy');
  });
});

it('a badge is the same however its reader writes it', () => {
  for (const read of ['04:a1:b2:c3', '04A1B2C3', ' 04-A1-B2-C3\n']) expect(normalBadge(read), read).toBe('04A1B2C3');
  for (const read of ['', 'abc', 'a'.repeat(65), '04 A1', '04;A1', '----']) expect(normalBadge(read), read).toBeNull();
  expect(badgeEnding('04A1B2C3')).toBe('B2C3');
});
