import { because } from '#domain/reason';
import { ArchiveJson, CompareBody, FindingJson } from './archive.ts';
import { named } from './named.ts';
import { ScrubJson, ScrubOrderBody } from './retention/scrub.ts';

const at = '2026-06-20T15:30:00.000+08:00';
const key = 'originals/2026/06/rec-01jybqe2v7k3m9/1.mp4';

/** Schemas of the archive's storage and of the scrub that the API document names, each with an example. */
export const STORAGE_COMPONENTS = {
  ArchiveStorage: named(ArchiveJson, {
    archive: 's3',
    bucket: {
      ...({ probedAt: at, versioning: 'enabled', locks: true, mode: 'COMPLIANCE', defaultMode: null, lockDaysMax: 3652 } as const),
      ...({ hold: true, lifecycle: 'none', ownsBucket: false, mayBypass: false, mayChangePolicy: false, clockOffsetMs: 12 } as const),
      ...{ refusal: null, promises: [], cannot: [] },
    },
    locks: { originals: 81_204, unlocked: 0, firstEnd: at },
    comparison: {
      ...{ startedAt: at, endedAt: at },
      counts: {
        ...{ versions: 162_408, objects: 162_408, bytes: 9_000_000_000, markers: 0, uploads: 0 },
        ...{ expected: 162_408, found: 162_408, leftovers: 0, faults: 0 },
      },
    },
    open: {},
    eviction: {
      on: true,
      files: 12_040,
      bytes: 1_300_000_000,
      playable: { files: 310, bytes: 90_000_000 },
      aboveLowWaterBytes: 0,
      stays: {},
    },
  }),
  ArchiveFinding: named(FindingJson, {
    ...({ kind: 'hidden', key, versionId: 'x7Q2', recordingId: 'rec-01jybqe2v7k3m9' } as const),
    ...{ what: because('object-hidden', { key }), foundAt: at, settledAt: null },
  }),
  CompareBody: named(CompareBody, { acceptBucket: true }),
  Scrub: named(ScrubJson, {
    on: true,
    places: [
      {
        ...{ place: 'vault', items: 81_204, bytes: 9_000_000_000, periodDays: 90, oldestCheckAt: at, overdue: 0 },
        ...{ bytesPerHour: 4_600_000, roundDays: 81, keepsPeriod: true, paused: false, haltedAt: null, faults: 0 },
      },
    ],
  }),
  ScrubOrderBody: named(ScrubOrderBody, { place: 'vault', order: 'pause' }),
} as const;
