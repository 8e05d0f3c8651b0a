/*
 * Shows that a vault is never full because of footage that is safe elsewhere. Method: a vault of 24 MiB, a recorder that comes on thirty days with 10 MiB of new
 * files each, the real stages; scripts/evict-days does the same with 200 MiB and 100 MiB a day.
 */

import { expect, it } from 'vitest';
import { runDays } from '#test/support/eviction/run-days';
import { temporaryDirectory } from '#test/support/evidock';

it('thirty days of half a vault each: nothing is refused, nothing is lost, and what was evicted is still known', async () => {
  const home = await temporaryDirectory();
  try {
    const outcome = await runDays({ days: 30, vaultMiB: 24, filesADay: 2, fileMiB: 5, home: home.path });
    expect(outcome).toMatchObject({ refused: 0, recordings: 60, lost: [] });
    expect(outcome.evictedFiles + outcome.heldFiles).toBe(60);
    expect(outcome.evictedFiles).toBeGreaterThanOrEqual(55);
    expect(outcome.usedPercentMax).toBeLessThanOrEqual(90);
    expect(outcome.known).toBe(outcome.knownExpected);
  } finally {
    await home.remove();
  }
}, 180_000);
