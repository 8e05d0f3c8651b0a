import type { Actor } from '#domain/custody/actor';
import { FixityChecked } from '#domain/custody/original-entries';
import { type Subject, subject } from '#domain/custody/subject';
import type { DeskDeps } from './deps.ts';

const ITEMS_PER_ENTRY = 1000;

type Place = 'vault' | 'archive';

/** Writes the outcome for each file of a verification into the custody log, up to 1000 files in one entry. */
export class FixityRecord {
  readonly #deps: Pick<DeskDeps, 'ledger' | 'clock'>;
  readonly #actor: Actor;
  readonly #about: Subject<'recording' | 'station'>;
  readonly #items: { readonly [place in Place]: { readonly key: string; readonly same: boolean | null }[] } = { vault: [], archive: [] };

  constructor(deps: DeskDeps, actor: Actor, recordingId: string | null) {
    this.#deps = deps;
    this.#actor = actor;
    this.#about = recordingId === null ? subject('station', deps.facts.stationId) : subject('recording', recordingId);
  }

  /** `same`: null where the file could not be read. */
  async add(place: Place, key: string, same: boolean | null): Promise<void> {
    this.#items[place].push({ key, same });
    if (this.#items[place].length >= ITEMS_PER_ENTRY) await this.#write(place);
  }

  /** Writes the outcomes that no entry holds yet. */
  async end(): Promise<void> {
    for (const place of ['vault', 'archive'] as const) if (this.#items[place].length > 0) await this.#write(place);
  }

  async #write(place: Place): Promise<void> {
    const items = this.#items[place].splice(0);
    const about = { atMs: this.#deps.clock.nowMs(), actor: this.#actor, subject: this.#about };
    await this.#deps.ledger.transaction((writer) => writer.custody.append(fixityChecked(about, place, items)));
  }
}

/** The entry that tells what a reading of these files gave. `same`: null where one could not be read. */
export function fixityChecked(
  about: { readonly atMs: number; readonly actor: Actor; readonly subject: Subject<'recording' | 'station'> },
  place: Place,
  items: readonly { readonly key: string; readonly same: boolean | null }[],
) {
  const of = (verdict: boolean | null) => items.filter(({ same }) => same === verdict).length;
  return FixityChecked.make({
    ...about,
    data: { place, files: items.length, differ: of(false), unread: of(null) },
    lists: { items: [...items] },
  });
}
