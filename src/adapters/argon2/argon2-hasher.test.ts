/* Goal: a hash is what it says, one at a time, bounded, and apart from what reads files. Method: the real thread. */

import { argon2Sync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { ARGON2_TODAY, parsePhc } from '#domain/sign-in/phc';
import { Argon2Hasher } from './argon2-hasher.ts';

const QUICK = { memory: 8, passes: 1, lanes: 1 };
const open: Argon2Hasher[] = [];
function hasher(options: ConstructorParameters<typeof Argon2Hasher>[0] = { parameters: QUICK }): Argon2Hasher {
  const made = new Argon2Hasher(options);
  open.push(made);
  return made;
}
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

describe('a hasher', () => {
  it('makes argon2id with the parameters of today, which Node computes alike, and another salt each time', async () => {
    const phc = await hasher({}).hash('王芳 correct horse');
    const { parameters, salt, tag } = parsePhc(phc) ?? expect.fail();
    expect(parameters).toEqual(ARGON2_TODAY);
    const cost = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 };
    expect(Buffer.from(tag).equals(argon2Sync('argon2id', { message: '王芳 correct horse', nonce: salt, ...cost }))).toBe(true);
    expect(await hasher().hash('a')).not.toBe(await hasher().hash('a'));
  });

  it('tells right from wrong, and whether the parameters are old', async () => {
    const old = await hasher().hash('secret');
    const now = hasher({ parameters: { ...QUICK, memory: 16 } });
    expect(await now.verify('secret', old)).toEqual({ right: true, outdated: true });
    expect(await now.verify('Secret', old)).toEqual({ right: false, outdated: false });
    expect(await now.verify('secret', await now.hash('secret'))).toEqual({ right: true, outdated: false });
    await expect(now.verify('secret', 'md5:1')).rejects.toMatchObject({ code: 'station.internal' });
  });

  it('hashes for nobody as for somebody, and finds nothing right', async () => {
    const one = hasher();
    const made = one.made;
    for (const secret of ['', 'secret']) expect(await one.verify(secret, null)).toEqual({ right: false, outdated: false });
    expect(one.made - made).toBe(2);
  });

  it('lets a bounded number wait, refuses the rest before it hashes, and goes on after that', async () => {
    const one = hasher({ parameters: { memory: 8192, passes: 1, lanes: 1 }, waitingMax: 5 });
    const all = await Promise.allSettled(Array.from({ length: 50 }, () => one.verify('x', null)));
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
    for (const each of all)
      if (each.status === 'rejected')
        expect(each.reason).toMatchObject({ code: 'request.too-many', reason: { code: 'hashes-waiting', params: { seconds: 8 } } });
    expect(one.made).toBe(5);
    expect((await one.verify('x', null)).right).toBe(false);
  });

  it('asks again when the turn comes, and hashes nothing for whom it refuses then', async () => {
    const one = hasher();
    let failures = 0;
    const tries = Array.from({ length: 10 }, async () => {
      await one.verify('x', null, () => {
        if (failures >= 3) throw new RangeError('locked');
      });
      failures += 1;
    });
    const all = await Promise.allSettled(tries);
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect(one.made).toBe(3);
  });

  it('leaves files to be read meanwhile: it takes no thread of the pool', async () => {
    const one = hasher({});
    await one.hash('warm');
    const hashes = Promise.all(Array.from({ length: 20 }, () => one.hash('x')));
    const before = one.made;
    for (let n = 0; n < 20; n++) await readFile(import.meta.filename);
    // Behind 20 hashes in the pool, twenty reads would come after all of them.
    expect(one.made - before).toBeLessThan(10);
    await hashes;
  });

  it('stops with an error for whoever waits', async () => {
    const one = hasher({});
    const waiting = [one.hash('x'), one.hash('y')].map((each) => expect(each).rejects.toMatchObject({ code: 'station.stopping' }));
    await one.close();
    await Promise.all(waiting);
    await expect(one.hash('z')).rejects.toMatchObject({ code: 'station.stopping' });
  });
});
