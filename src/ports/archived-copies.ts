import type { Readable } from 'node:stream';
import type { ByteRange } from '#domain/byte-range';
import type { ObjectName } from './archive.ts';

/** What the archive holds of an original or a derivative. */
export interface ArchivedItem extends ObjectName {
  readonly itemId: string;
  readonly recordingId: string;
  readonly bytes: number;
}

/** Reads archived copies so that they can be shown. */
export interface ArchivedCopies {
  /**
   * Looks whether a copy is there with the sealed size: this one, or that of another name of the same bytes. Throws archive.missing or archive.mismatch if none
   * is.
   */
  mustBeThere(item: ArchivedItem): Promise<void>;
  /**
   * A range of a copy. No byte of an original comes before the whole block around it was compared with its digest of the sealing; where that differs twice, it is
   * read from the copy of another name of the same bytes, and the bad copy is put on record. The first block has come when this resolves. Throws archive.*; the
   * stream ends with archive.mismatch or archive.missing where no copy has the block. What was sealed before there were digests of blocks comes as it is, and so do
   * derivatives.
   */
  read(item: ArchivedItem, range: ByteRange, signal?: AbortSignal): Promise<Readable>;
}
