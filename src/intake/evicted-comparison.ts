import { isCardFailure } from '#domain/errors';
import type { Block, BlockList } from '#domain/eviction/block-digests';
import { findBox } from '#domain/media/iso-bmff';
import type { Original } from '#domain/recording';
import { samplePositions } from '#domain/vault/file-sample';
import type { Volume, VolumeFile } from '#ports/recorder-driver';
import { keptBlocks } from '#steps/kept-blocks';
import { compareWhole } from './compare-whole.ts';
import { BOXES_MAX, type ComparisonTools, EDGE_BYTES, FAILURES_MAX, MOOV_BYTES_MAX, type SampleOutcome } from './comparison.ts';
import { readKept } from './second-read.ts';

/**
 * Takes a sample of a file on a card whose original the vault does not hold: the same places as of any other, each with the whole block around it, by the
 * digests that were kept at its sealing. An original that has none is compared whole.
 */
export async function sampleEvicted(
  known: Original,
  volume: Volume,
  { blocks, ...tools }: ComparisonTools & { readonly blocks: number; readonly signal: AbortSignal },
): Promise<SampleOutcome> {
  const begun = performance.now();
  const list = await keptBlocks(tools.vault, known);
  if (!list) {
    const { verdict } = await compareWhole(known, volume, tools);
    return { outcome: verdict, readBytes: known.bytes, readMs: performance.now() - begun, sampleMs: 0 };
  }
  let file: VolumeFile | undefined;
  try {
    file = await volume.open(known.cardPath);
    return await new EvictedSample({ known, file, list, ...tools }).take(blocks);
  } catch (error) {
    if (isCardFailure(error)) return { outcome: 'unread', readBytes: 0, readMs: 0, sampleMs: 0 };
    throw error;
  } finally {
    await file?.close();
  }
}

type Of = Pick<ComparisonTools, 'lanes' | 'buffers' | 'random'> & {
  readonly known: Original;
  readonly file: VolumeFile;
  readonly list: BlockList;
  readonly signal: AbortSignal;
};

/** One sample. A block is read once. */
class EvictedSample {
  readonly #of: Of;
  readonly #seen = new Map<number, boolean>();
  #failures = 0;

  constructor(of: Of) {
    this.#of = of;
  }

  async take(blocks: number): Promise<SampleOutcome> {
    const { known, random } = this.#of;
    const begun = performance.now();
    const spent = { readBytes: Math.min(EDGE_BYTES, known.bytes), readMs: 0, sampleMs: 0 };
    const end = (outcome: SampleOutcome['outcome']) => ({ outcome, ...spent });
    if (!(await this.#isSame(0, Math.min(EDGE_BYTES, known.bytes)))) return end('differs');
    spent.readMs = performance.now() - begun;
    if (!(await this.#isSame(Math.max(0, known.bytes - EDGE_BYTES), known.bytes))) return end('differs');
    if (!(await this.#isIndexSame())) return end('differs');
    const sampling = performance.now();
    try {
      for (const start of samplePositions(known.bytes, blocks, random)) if (!(await this.#isSame(start, start + 1))) return end('differs');
    } finally {
      spent.sampleMs = performance.now() - sampling;
    }
    return end(this.#failures > 0 ? 'unread' : 'same');
  }

  /** The moov box, found by boxes on the card that are compared themselves before they are believed. */
  async #isIndexSame(): Promise<boolean> {
    const { known } = this.#of;
    let same = true;
    const readAt = async (position: number, length: number) => {
      const target = new Uint8Array(Math.max(0, Math.min(length, known.bytes - position)));
      same &&= target.length === 0 || (await this.#isSame(position, position + target.length));
      if (!same || target.length === 0 || this.#failures > 0) return new Uint8Array();
      await this.#read(target, position);
      return target;
    };
    const moov = await findBox(readAt, 'moov', known.bytes, BOXES_MAX);
    if (!same || !moov) return same;
    return this.#isSame(moov.start, Math.min(known.bytes, moov.end, moov.start + MOOV_BYTES_MAX));
  }

  /** Whether every block with a byte of this range is the same. One that the card cannot deliver proves nothing. */
  async #isSame(start: number, end: number): Promise<boolean> {
    for (const block of this.#of.list.of(start, end)) {
      const seen = this.#seen.get(block.start) ?? (await this.#look(block));
      this.#seen.set(block.start, seen);
      if (!seen) return false;
    }
    return true;
  }

  async #look(block: Block): Promise<boolean> {
    try {
      return (await this.#digest(block)) === block.sha256;
    } catch (error) {
      if (!isCardFailure(error)) throw error;
      this.#failures += 1;
      if (this.#failures > FAILURES_MAX) throw error;
      return true;
    }
  }

  async #digest({ start, end }: Block): Promise<string> {
    const { lanes, buffers, signal } = this.#of;
    const passage = lanes.open(null, { reads: false });
    const chunk = await buffers.acquire(signal);
    try {
      for (let position = start; position < end; position += chunk.length) {
        const bytes = Math.min(chunk.length, end - position);
        await this.#read(chunk.subarray(0, bytes), position);
        await passage.take(chunk, bytes, position - start);
      }
      return await passage.digest();
    } finally {
      passage.abort();
      buffers.release(chunk);
    }
  }

  async #read(target: Uint8Array, position: number): Promise<void> {
    const { file, known: original, signal } = this.#of;
    await readKept({ file, original, gaps: original.gaps, signal }, target, position);
  }
}
