import { LRUCache } from 'lru-cache';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { CountingSchedule, WhatCounts } from '#domain/retention/count-term';
import type { KeptTerm } from '#domain/retention/kept-term';
import type { LedgerReader } from '#ports/ledger';
import type { ScheduleVersion } from '#ports/ledger/retention';

/** Versions that are kept as read. More never count at once: a version is proposed every few months. */
const VERSIONS_MAX = 64;

/** Reads a version of the schedule and its calendar. Throws config.invalid for a text that is no schedule. */
export type ReadVersion = (version: Pick<ScheduleVersion, 'version' | 'text'>) => CountingSchedule;

/** Versions of the schedule, read once each. A version never changes. */
export class ScheduleShelf {
  readonly #read: ReadVersion;
  readonly #kept = new LRUCache<number, CountingSchedule>({ max: VERSIONS_MAX });

  constructor(read: ReadVersion) {
    this.#read = read;
  }

  of(version: ScheduleVersion): CountingSchedule {
    const kept = this.#kept.get(version.version) ?? this.#read(version);
    this.#kept.set(version.version, kept);
    return kept;
  }

  /** Forgets what was read: days off of another year have become known. */
  clear(): void {
    this.#kept.clear();
  }

  /** What counts for terms of which these are the ones before; null: no schedule was ever adopted. */
  async whatCounts({ retention }: Pick<LedgerReader, 'retention'>, before: readonly KeptTerm[]): Promise<WhatCounts | null> {
    const [inForce, adopted] = [await retention.inForce(), await retention.adopted()];
    if (inForce === null && adopted === null) return null;
    const former = new Map<number, CountingSchedule>();
    for (const number of new Set(before.flatMap(({ version, bases }) => [version, ...bases.map((basis) => basis.version)]))) {
      const version = await retention.schedule(number);
      if (version) former.set(number, this.of(version));
    }
    return {
      inForce: inForce && this.of(inForce),
      adopted: adopted && this.of(adopted),
      of: (number) => {
        const found = inForce?.version === number ? this.of(inForce) : former.get(number);
        if (!found) throw new EvidockError('station.internal', because('no-schedule-version', { version: number }));
        return found;
      },
    };
  }
}
