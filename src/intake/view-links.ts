import type { ListedFile } from '#domain/captures';
import { otherViews, type View } from '#domain/scenes';
import { claimedToMs } from '#domain/station-time';
import type { LedgerWriter } from '#ports/ledger';

const LINKS_PER_TRANSACTION = 200;

/** Recordings of one listing that several lenses made at one moment are linked; each stays a recording of its own. */
export class ViewLinks {
  readonly #timezone: string;
  readonly #views: View[] = [];
  /** Recordings that this listing put on record: links of others are on record already. */
  readonly #fresh = new Set<string>();

  constructor(timezone: string) {
    this.#timezone = timezone;
  }

  /** `recordingId`: the recording that these segments are on record as; undefined if they are none. */
  add(
    segments: readonly ListedFile[],
    facts: { readonly recorder: string; readonly recordingId: string | undefined; readonly fresh: boolean },
  ): void {
    const { recorder, recordingId, fresh } = facts;
    const lens = segments[0]?.facts.lens;
    if (recordingId === undefined || lens === undefined) return;
    const startsMs = segments.flatMap((segment) =>
      segment.facts.claimedStart ? claimedToMs(segment.facts.claimedStart, this.#timezone) : [],
    );
    this.#views.push({ recordingId, recorder, lens, startsMs });
    if (fresh) this.#fresh.add(recordingId);
  }

  async write(inTransaction: (body: (writer: LedgerWriter) => Promise<void>) => Promise<void>): Promise<void> {
    const pairs = otherViews(this.#views).filter((pair) => pair.some(({ recordingId }) => this.#fresh.has(recordingId)));
    for (let at = 0; at < pairs.length; at += LINKS_PER_TRANSACTION) {
      await inTransaction(async (writer) => {
        for (const [one, other] of pairs.slice(at, at + LINKS_PER_TRANSACTION))
          await writer.linkRecordings(one.recordingId, 'other-view', other.recordingId);
      });
    }
  }
}
