import type { ListedFile } from '#domain/card/listed-file';
import { otherViews, type View } from '#domain/take/scenes';
import { claimedToMs } from '#domain/time/station-time';
import type { LedgerWriter } from '#ports/ledger';
import { linkRecordings } from '#steps/link-recordings';
import type { Standing } from './recording-pieces.ts';

const LINKS_PER_TRANSACTION = 200;

/** Links recordings of one listing that several lenses made at the same moment. Each stays a recording of its own. */
export class ViewLinks {
  readonly #timezone: string;
  readonly #views: View[] = [];
  /** Ids of recordings that this listing has made. Links of other recordings are on record already. */
  readonly #fresh = new Set<string>();

  constructor(timezone: string) {
    this.#timezone = timezone;
  }

  addFresh(recordingId: string): void {
    this.#fresh.add(recordingId);
  }

  /** Adds the segments of one take, with the recordings in which they are. */
  add(segments: readonly ListedFile[], recorder: string, standing: ReadonlyMap<ListedFile, Standing>): void {
    const lens = segments[0]?.facts.lens;
    if (lens === undefined) return;
    for (const [recordingId, some] of Map.groupBy(segments, (file) => standing.get(file) ?? 'elsewhere')) {
      const startsMs = some.flatMap(({ facts }) => (facts.claimedStart ? claimedToMs(facts.claimedStart, this.#timezone) : []));
      if (recordingId !== 'elsewhere') this.#views.push({ recordingId, recorder, lens, startsMs });
    }
  }

  async write(inTransaction: (body: (writer: LedgerWriter) => Promise<void>) => Promise<void>, atMs: () => number): Promise<void> {
    const pairs = otherViews(this.#views).filter((pair) => pair.some(({ recordingId }) => this.#fresh.has(recordingId)));
    for (let at = 0; at < pairs.length; at += LINKS_PER_TRANSACTION) {
      await inTransaction(async (writer) => {
        for (const [one, other] of pairs.slice(at, at + LINKS_PER_TRANSACTION))
          await linkRecordings(writer, { id: one.recordingId, relation: 'other-view', other: other.recordingId }, atMs());
      });
    }
  }
}
