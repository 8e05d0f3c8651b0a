import type { LedgerWriter } from '#ports/ledger';
import type { VolumeEntry } from '#ports/recorder-driver';
import { countedWith, type ListingCounts } from './found-on-card.ts';

/** Counts what one listing meets, and joins that with the docking's earlier listings. */
export class ListingTally {
  readonly #before: ListingCounts;
  readonly #counts = { files: 0, known: 0, refused: 0, bytes: 0, knownBytes: 0 };

  constructor(before: ListingCounts) {
    this.#before = before;
  }

  addFile({ bytes }: VolumeEntry): void {
    this.#counts.files += 1;
    this.#counts.bytes += bytes;
  }

  /** Counts a file as known. `change` -1: the file was counted as known and is a new file after all. */
  addKnown({ bytes }: VolumeEntry, change: 1 | -1): void {
    this.#counts.known += change;
    this.#counts.knownBytes += change * bytes;
  }

  addRefused(): void {
    this.#counts.refused += 1;
  }

  /** The counts of this listing alone. They are complete when the listing has come to its end. */
  own(): ListingCounts {
    return { ...this.#counts };
  }

  /** The counts together with the listings before. */
  soFar(): ListingCounts {
    return countedWith(this.#before, this.#counts);
  }
}

export async function writeCounts(writer: LedgerWriter, dockingId: string, counts: ListingCounts): Promise<void> {
  const { files, known, refused, bytes } = counts;
  await writer.dockings.update(dockingId, { filesListed: files, filesKnown: known, filesRefused: refused, bytesListed: bytes });
}
