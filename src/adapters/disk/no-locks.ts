import { EvidockError } from '#domain/errors';
import type { BucketCapabilities } from '#domain/lock/capabilities';
import { because } from '#domain/reason';
import type { ArchiveLocks } from '#ports/archive-locks';
import type { Clock } from '#ports/clock';

/** A directory on a mount: whoever may write there may delete there, and no file has versions. */
export function noLocks(clock: Clock): ArchiveLocks {
  const refuse = (key: string) => new EvidockError('archive.unfit', because('nothing-locked', { key }));
  const told = (): BucketCapabilities => ({
    probedAtMs: clock.nowMs(),
    ...{ versioning: 'off', locks: false, mode: null, defaultMode: null, defaultDays: null, lockDaysMax: 0, hold: false, multipart: false },
    ...{ lifecycle: 'none', ownsBucket: null, mayBypass: null, mayChangePolicy: null, clockOffsetMs: null, refusal: null },
    ...{ promises: [], cannot: [because('directory-cannot-lock', {})] },
    fingerprint: { versioning: '', lock: '', lifecycle: '', policy: '', owner: '' },
  });
  return {
    capabilities: told,
    probe: async () => told(),
    lock: async ({ key }) => {
      throw refuse(key);
    },
    hold: async ({ key }) => {
      throw refuse(key);
    },
    state: async () => ({ mode: null, untilMs: null, hold: false }),
    findVersion: async () => null,
  };
}
