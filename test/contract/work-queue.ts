import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { WorkQueue } from '#ports/work-queue';
import { saying } from '#test/support/saying';

/** What every doorbell must do. `forget` empties the server behind it. */
export function describeWorkQueueContract(
  name: string,
  make: () => Promise<{ queue: WorkQueue; forget(): Promise<void>; close(): Promise<void> }>,
): void {
  describe(`work queue contract: ${name}`, () => {
    let under: Awaited<ReturnType<typeof make>>;
    let heard: string[];
    let gate: PromiseWithResolvers<void>;
    beforeEach(async () => {
      heard = [];
      gate = Promise.withResolvers<void>();
      gate.resolve();
      under = await make();
      under.queue.listen('derive', 2, async (id) => {
        heard.push(id);
        await gate.promise;
        if (id.endsWith('bad')) throw new Error('this one fails');
      });
      under.queue.listen('archive', 1, async (id) => {
        heard.push(id);
      });
      await under.queue.start();
    });
    afterEach(async () => {
      gate.resolve();
      await under.queue.stop();
      await under.close();
    });
    const now = { priority: 5, delayMs: 0 };
    const wait = (check: () => void) => vi.waitFor(check, { timeout: 20_000, interval: 50 });

    it('brings each id to a handler of its stage', async () => {
      await under.queue.ring('derive', 'derive.rec-a', now);
      await under.queue.ring('archive', 'archive.rec-a', now);
      await wait(() => expect(heard.sort()).toEqual(['archive.rec-a', 'derive.rec-a']));
    });

    it('rings an id that waits or runs only once, and again when it is done', async () => {
      gate = Promise.withResolvers<void>();
      await under.queue.ring('derive', 'derive.rec-b', now);
      await wait(() => expect(heard).toHaveLength(1));
      await under.queue.ring('derive', 'derive.rec-b', now);
      gate.resolve();
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(heard).toEqual(['derive.rec-b']);
      await under.queue.ring('derive', 'derive.rec-b', now);
      await wait(() => expect(heard).toHaveLength(2));
    });

    it('goes on after a handler that fails', async () => {
      await under.queue.ring('derive', 'derive.rec-bad', now);
      await under.queue.ring('derive', 'derive.rec-good', now);
      await wait(() => expect(heard.sort()).toEqual(['derive.rec-bad', 'derive.rec-good']));
      await under.queue.ring('derive', 'derive.rec-bad', now);
      await wait(() => expect(heard).toHaveLength(3));
    });

    it('waits for the delay, and a ring without one ends the waiting', async () => {
      await under.queue.ring('derive', 'derive.rec-late', { priority: 5, delayMs: 60_000 });
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(heard).toEqual([]);
      await under.queue.ring('derive', 'derive.rec-late', now);
      await wait(() => expect(heard).toEqual(['derive.rec-late']));
    });

    it('takes work again after its server forgot everything, also in the middle of one', async () => {
      gate = Promise.withResolvers<void>();
      await under.queue.ring('derive', 'derive.rec-c', now);
      await wait(() => expect(heard).toHaveLength(1));
      await under.forget();
      gate.resolve();
      await new Promise((resolve) => setTimeout(resolve, 300));
      await under.queue.ring('derive', 'derive.rec-d', now);
      await under.queue.ring('archive', 'archive.rec-d', now);
      await wait(() => expect(heard).toEqual(expect.arrayContaining(['derive.rec-d', 'archive.rec-d'])));
    });

    it('checks itself', async () => {
      expect(await under.queue.check()).toEqual(saying('Redis'));
    });
  });
}
