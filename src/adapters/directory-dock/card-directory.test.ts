import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { CardDirectory } from './card-directory.ts';

/* Goal: EIO of a recorder that was pulled is not taken for a bad sector, and the other way round. Method: the errors as the kernel gives them. */

const failed = (code: string) => Object.assign(new Error(code), { code });

async function meaning(code: string, present?: () => Promise<boolean>) {
  const card = new CardDirectory({ root: tmpdir(), label: 'BODYCAM', ...(present ? { present } : {}) });
  const began = performance.now();
  const error = await card.errorOf('A.MP4', failed(code), 'recorder.read-failed');
  return { code: error.code, elapsedMs: performance.now() - began };
}

describe('a failed call on a card', () => {
  it('is a yank if the device leaves within the time that the kernel needs to notice', async () => {
    const pulledAtMs = performance.now() + 150;
    const { code, elapsedMs } = await meaning('EIO', async () => performance.now() < pulledAtMs);
    expect(code).toBe('recorder.removed');
    expect(elapsedMs).toBeLessThan(400);
  });

  it('is a bad sector if the device stays', async () => {
    const { code, elapsedMs } = await meaning('EIO', async () => true);
    expect(code).toBe('recorder.read-failed');
    expect(elapsedMs).toBeLessThan(1000);
  });

  it('is what it says at once if it does not come from the device, or nobody can tell', async () => {
    expect((await meaning('ENOENT', async () => false)).code).toBe('recorder.read-failed');
    expect((await meaning('EIO')).elapsedMs).toBeLessThan(100);
    expect((await meaning('ENODEV')).code).toBe('recorder.removed');
  });

  it('is asked about only once in a while: the hundred errors of one gap cost one wait', async () => {
    let present = true;
    const card = new CardDirectory({ root: tmpdir(), label: 'BODYCAM', present: async () => present });
    const began = performance.now();
    for (let n = 0; n < 100; n += 1) {
      expect((await card.errorOf('A.MP4', failed('EIO'), 'recorder.read-failed')).code).toBe('recorder.read-failed');
    }
    expect(performance.now() - began).toBeLessThan(1500);
    present = false;
    expect((await card.errorOf('A.MP4', failed('EIO'), 'recorder.read-failed')).code).toBe('recorder.removed');
  });
});
