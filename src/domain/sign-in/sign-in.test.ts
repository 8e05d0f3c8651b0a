/* Goal: the rules of signing in, each with inputs that no other test has. */

import { describe, expect, it } from 'vitest';
import { normalPassword, PASSWORD_MAX, passwordFault } from './password.ts';
import { isOutdated, parsePhc, phcOf } from './phc.ts';
import { ageAtFirstSight, endedByTime, hasSameRoles } from './session.ts';
import { newRecoveryCodes, recoveryCodeSha256, stepOfCode, totpUri } from './totp.ts';
import { delayMsAfter, failuresMax, stillCounted } from './tries.ts';

describe('a new password', () => {
  const guessable = { common: new Set(['password', 'iloveyou', 'qwertyuiopas', 'dragon']), own: ['li.si', 'Li Si', 'Hangzhou 1', 'hz1'] };
  const fault = (password: string) => passwordFault(password, guessable)?.code ?? null;

  it.each([
    ['correct horse', null],
    ['a'.repeat(11), 'password-short'],
    // Twelve emoji are 24 units, eleven are 22: code points are counted.
    ['😀😁😂🤣😃😄😅😆😉😊😋', 'password-short'],
    ['😀😁😂🤣😃😄😅😆😉😊😋😎', null],
    ['我爱北京天安门上太阳升', 'password-short'],
    ['我爱北京天安门上太阳升起', null],
    // Ligatures grow when they are normalised: what is counted is what is hashed.
    ['ﬃﬃﬃﬃabc', null],
    ['no rules of composition', null],
    ['ALLUPPERCASEWORDS', null],
    ['8391027465038', null],
    [`xxx${'y z'.repeat(84)}w`, null],
    [`${'ab cd ef gh '.repeat(21)}ijkl`, null],
    [`${'ab cd ef gh '.repeat(21)}ijklm`, 'password-not-text'],
    ['x y'.repeat(400), 'password-not-text'],
    ['half\ud83d of a character', 'password-not-text'],
    ['with\0a NUL in it', 'password-characters'],
    ['with a\ttab in it', 'password-characters'],
    ['with a\r\nline end', 'password-characters'],
    ['not yet assigned \u0378', 'password-characters'],
    ['passwordpassword', 'password-common'],
    ['PasswordPasswordPass', 'password-common'],
    ['password1234', 'password-common'],
    ['2026!Password', 'password-common'],
    ['!!!iloveyou!!', 'password-common'],
    ['ｉｌｏｖｅｙｏｕ２０２６', 'password-common'],
    ['qwertyuiopas', 'password-common'],
    ['aaaaaaaaaaaa', 'password-common'],
    ['abcabcabcabc', 'password-common'],
    ['abcdefghijkl', 'password-common'],
    ['890123456789', 'password-common'],
    ['321098765432', 'password-common'],
    ['li.si19900101', 'password-common'],
    ['Hangzhou 1 2026', 'password-common'],
    ['dragon fruit is pink', null],
    ['my dragon 2026 wins', null],
  ])('%j: %s', (password, code) => expect(fault(password)).toBe(code));

  it('is hashed in one form, and what is too long is never made longer', () => {
    expect(normalPassword('e\u0301')).toBe('é');
    expect(normalPassword('\ufdfa'.repeat(1024))).toHaveLength(18 * 1024);
    expect(normalPassword('x'.repeat(1025))).toBeNull();
    expect(PASSWORD_MAX).toBeGreaterThanOrEqual(64);
  });
});

describe('a PHC string', () => {
  const hash = { parameters: { memory: 19_456, passes: 2, lanes: 1 }, salt: Buffer.alloc(16, 1), tag: Buffer.alloc(32, 2) };
  it('comes back as it was written', () => {
    expect(phcOf(hash)).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(parsePhc(phcOf(hash))).toEqual(hash);
    expect(isOutdated(hash)).toBe(false);
    for (const change of [{ memory: 19_457 }, { passes: 3 }, { lanes: 2 }])
      expect(isOutdated({ ...hash, parameters: { ...hash.parameters, ...change } })).toBe(true);
  });
  it.each([
    [''],
    ['$argon2i$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$dGFndGFndGFndGFndGFndGFndGE'],
    ['$argon2id$v=16$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$dGFndGFndGFndGFndGFndGFndGE'],
    ['$argon2id$v=19$m=9999999,t=2,p=1$c2FsdHNhbHRzYWx0$dGFndGFndGFndGFndGFndGFndGE'],
    ['$argon2id$v=19$m=19456,t=65,p=1$c2FsdHNhbHRzYWx0$dGFndGFndGFndGFndGFndGFndGE'],
    ['$argon2id$v=19$m=19456,t=0,p=1$c2FsdHNhbHRzYWx0$dGFndGFndGFndGFndGFndGFndGE'],
    ['$argon2id$v=19$m=8,t=1,p=2$c2FsdHNhbHRzYWx0$dGFndGFndGFndGFndGFndGFndGE'],
    ['$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$dGFndGFndGFndGFndGFndGFndGE\n'],
    ['$2b$12$abcdefghijklmnopqrstuv'],
  ])('that asks for too much or is none is not read: %j', (text) => expect(parsePhc(text)).toBeNull());
});

describe('tries', () => {
  it('are free at first, then wait twice as long each, and never for ever', () => {
    const delays = Array.from({ length: 16 }, (_, failures) => delayMsAfter('account', failures) / 1000);
    expect(delays).toEqual([0, 0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
    expect(delayMsAfter('account', Number.MAX_SAFE_INTEGER)).toBe(900_000);
    expect([19, 20, 21, 40].map((failures) => delayMsAfter('address', failures))).toEqual([0, 1000, 2000, 300_000]);
  });
  it('count no further than to the longest delay', () => {
    expect(
      (['account', 'address'] as const).map((by) => [
        failuresMax(by),
        delayMsAfter(by, failuresMax(by)),
        delayMsAfter(by, failuresMax(by) - 1),
      ]),
    ).toEqual([
      [14, 900_000, 512_000],
      [29, 300_000, 256_000],
    ]);
  });
  it('are forgotten one after the other; a clock that was set back forgets none', () => {
    expect([0, 3_599_999, 3_600_000, 7_200_000, 1e12].map((elapsed) => stillCounted('account', 3, elapsed))).toEqual([3, 3, 2, 1, 0]);
    expect(stillCounted('account', 3, -1e12)).toBe(3);
  });
});

describe('a session', () => {
  it('is as old as was written, and older by the time since; a clock that was set back adds nothing', () => {
    expect(ageAtFirstSight({ usedAtMs: 1000, ageMs: 500 }, 1700)).toEqual({ ageMs: 1200, idleMs: 700 });
    expect(ageAtFirstSight({ usedAtMs: 1000, ageMs: 500 }, 10)).toEqual({ ageMs: 500, idleMs: 0 });
  });
  it('ends at its limits, not before', () => {
    const limits = { idleMs: 10, wholeMs: 100 };
    expect(endedByTime({ ageMs: 99, idleMs: 9 }, limits)).toBeNull();
    expect(endedByTime({ ageMs: 99, idleMs: 10 }, limits)).toBe('idle');
    expect(endedByTime({ ageMs: 100, idleMs: 0 }, limits)).toBe('limit');
  });
  it('holds for the same roles in any order', () => {
    expect(hasSameRoles(['officer', 'custodian'], ['custodian', 'officer'])).toBe(true);
    expect(hasSameRoles(['officer'], ['officer', 'custodian'])).toBe(false);
    expect(hasSameRoles(['officer'], ['custodian'])).toBe(false);
    expect(hasSameRoles([], [])).toBe(true);
  });
});

describe('codes', () => {
  // RFC 6238, appendix B: the last six of its eight digits, for the secret of 20 bytes.
  const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ])('of an app at %i s is %s', (seconds, code) => {
    const step = Math.floor(seconds / 30);
    expect(stepOfCode(SECRET, code, seconds * 1000)).toBe(step);
    expect(stepOfCode(SECRET, code, (seconds + 30) * 1000)).toBe(step);
    expect(stepOfCode(SECRET, code, (seconds - 30) * 1000)).toBe(step);
    expect(stepOfCode(SECRET, code, (seconds + 61) * 1000)).toBeNull();
  });
  it('are told to an app by a URI that no account name can break out of', () => {
    const uri = totpUri({ secret: SECRET, issuer: '采集站 & Co', account: 'a@b?secret=X&issuer=evil' });
    expect(new URL(uri).searchParams.get('secret')).toBe(SECRET);
    expect(new URL(uri).searchParams.getAll('secret')).toHaveLength(1);
  });
  it('on paper are ten, all different, of 120 bits, and no other text is one', () => {
    const codes = newRecoveryCodes();
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) expect(code).toMatch(/^[0-9a-hjkmnp-tv-z]{6}(-[0-9a-hjkmnp-tv-z]{6}){3}$/);
    const [code = ''] = codes;
    expect(recoveryCodeSha256(`  ${code.toUpperCase().replaceAll('-', ' ')} `)).toBe(recoveryCodeSha256(code));
    for (const none of ['', code.slice(1), `${code}0`, `${code.slice(0, -1)}u`, `${code}\0`, `${code.slice(0, -1)}\ud800`])
      expect(recoveryCodeSha256(none)).toBeNull();
  });
});
