import { isCardFailure, isFailure } from '#domain/errors';
import { findBox } from '#domain/media/iso-bmff';
import type { Original } from '#domain/recording';
import { BLOCK_BYTES, samplePositions } from '#domain/vault/file-sample';
import type { Volume, VolumeFile } from '#ports/recorder-driver';
import type { VaultFile } from '#ports/vault';
import { compareWhole, isAsListed } from './compare-whole.ts';
import {
  BOXES_MAX,
  type ComparisonTools,
  EDGE_BYTES,
  FAILURES_MAX,
  MOOV_BYTES_MAX,
  type Outcome,
  type SampleOutcome,
} from './comparison.ts';
import { sampleEvicted } from './evicted-comparison.ts';
import { readKept } from './second-read.ts';

/** So many blocks are read at once. */
const BLOCKS_AT_ONCE = 16;

/** Compares files on a card with their sealed originals in the vault. `known.cardPath` is where the file is now. */
export class CardComparison {
  readonly #tools: ComparisonTools;
  readonly #volume: Volume;
  readonly #signal: AbortSignal;

  constructor(tools: ComparisonTools, volume: Volume, signal: AbortSignal) {
    this.#tools = tools;
    this.#volume = volume;
    this.#signal = signal;
  }

  /** Compares every byte with the vault's, if it holds them, and the digest of the whole with the sealed one. For small files. */
  async whole(known: Original): Promise<Outcome> {
    const { lanes } = this.#tools;
    if (known.evictedAtMs !== null) return (await compareWhole(known, this.#volume, { ...this.#tools, signal: this.#signal })).verdict;
    return this.#beside(known, async (pair) => {
      const passage = lanes.open(null, { reads: false });
      try {
        const half = pair.onCard.length;
        for (let position = 0; position < known.bytes; position += half) {
          const bytes = Math.min(half, known.bytes - position);
          if (!(await pair.isSame([{ start: position, bytes }]))) return 'differs';
          // After a failure there is no digest, but another place may still prove a difference.
          if (pair.failures === 0) await passage.take(pair.onCard, bytes, position);
        }
        if (pair.failures > 0) return 'unread';
        if ((await passage.digest()) !== known.digests?.sha256) return 'differs';
        return (await isAsListed(pair.file, known)) ? 'same' : 'unread';
      } finally {
        passage.abort();
      }
    });
  }

  /** Compares beginning, end, the moov box and `blocks` blocks at random places with the vault's bytes, or with what was kept of those that were evicted. */
  async sample(known: Original, blocks: number): Promise<SampleOutcome> {
    if (known.evictedAtMs !== null) return sampleEvicted(known, this.#volume, { ...this.#tools, blocks, signal: this.#signal });
    const spent = { readBytes: 0, readMs: 0, sampleMs: 0 };
    const outcome = await this.#beside(known, async (pair) => {
      const begun = performance.now();
      if (!(await pair.isSame([{ start: 0, bytes: Math.min(EDGE_BYTES, known.bytes) }]))) return 'differs';
      spent.readBytes = EDGE_BYTES;
      spent.readMs = performance.now() - begun;
      for (const piece of await fixedPieces(known.bytes, pair.vaultFile)) if (!(await pair.isSame([piece]))) return 'differs';
      const sampling = performance.now();
      const places = samplePositions(known.bytes, blocks, this.#tools.random);
      try {
        for (let at = 0; at < places.length; at += BLOCKS_AT_ONCE) {
          const some = places.slice(at, at + BLOCKS_AT_ONCE);
          const pieces = some.map((start) => ({ start, bytes: Math.min(BLOCK_BYTES, known.bytes - start) }));
          if (!(await pair.isSame(pieces))) return 'differs';
        }
      } finally {
        spent.sampleMs = performance.now() - sampling;
      }
      return pair.failures > 0 ? 'unread' : 'same';
    });
    return { outcome, ...spent };
  }

  async #beside(known: Original, compare: (pair: Pair) => Promise<Outcome>): Promise<Outcome> {
    const { vault, buffers } = this.#tools;
    let vaultFile: VaultFile | undefined;
    let file: VolumeFile | undefined;
    let chunk: Uint8Array | undefined;
    try {
      vaultFile = await vault.openFile(known.vaultKey);
      if (vaultFile.bytes !== known.bytes) return 'lost';
      file = await this.#volume.open(known.cardPath);
      chunk = await buffers.acquire(this.#signal);
      return await compare(new Pair({ known, file, vaultFile, chunk, signal: this.#signal }));
    } catch (error) {
      if (isFailure(error, 'vault.missing', 'vault.read-failed')) return 'lost';
      if (isCardFailure(error)) return 'unread';
      throw error;
    } finally {
      if (chunk) buffers.release(chunk);
      await file?.close();
      await vaultFile?.close();
    }
  }
}

interface Piece {
  readonly start: number;
  readonly bytes: number;
}

/**
 * The same places of two files, in the two halves of one chunk. A pair takes only one chunk, because pairs that hold one and wait for another could block each
 * other for ever.
 */
class Pair {
  readonly file: VolumeFile;
  readonly vaultFile: VaultFile;
  readonly onCard: Uint8Array;
  /** How many places the card could not deliver. */
  failures = 0;
  readonly #inVault: Uint8Array;
  readonly #known: Original;
  readonly #signal: AbortSignal;

  constructor(of: { known: Original; file: VolumeFile; vaultFile: VaultFile; chunk: Uint8Array; signal: AbortSignal }) {
    this.file = of.file;
    this.vaultFile = of.vaultFile;
    const half = of.chunk.length >> 1;
    this.onCard = of.chunk.subarray(0, half);
    this.#inVault = of.chunk.subarray(half, 2 * half);
    this.#known = of.known;
    this.#signal = of.signal;
  }

  /**
   * Reads pieces that together fit into half a chunk, at once, and compares them. A piece that the card cannot deliver counts as a failure, not as a
   * difference.
   */
  async isSame(pieces: readonly Piece[]): Promise<boolean> {
    let offset = 0;
    const looks = pieces.map((piece) => {
      const look = this.#isPieceSame(piece, offset);
      offset += piece.bytes;
      return look;
    });
    // The chunk may be given back only when the last read has ended, also where one fails.
    const ended = await Promise.allSettled(looks);
    let same = true;
    for (const each of ended) {
      if (each.status === 'fulfilled') same &&= each.value;
      else if (!isCardFailure(each.reason)) throw each.reason;
      else {
        this.failures += 1;
        if (same && this.failures > FAILURES_MAX) throw each.reason;
      }
    }
    return same;
  }

  async #isPieceSame({ start, bytes }: Piece, offset: number): Promise<boolean> {
    const known = this.#known;
    const onCard = this.onCard.subarray(offset, offset + bytes);
    const inVault = this.#inVault.subarray(offset, offset + bytes);
    const read = { file: this.file, original: known, gaps: known.gaps, signal: this.#signal };
    const [card, vault] = await Promise.allSettled([readKept(read, onCard, start), this.vaultFile.read(inVault, start)]);
    if (vault.status === 'rejected') throw vault.reason;
    if (card.status === 'rejected') throw card.reason;
    return vault.value === bytes && Buffer.compare(onCard, inVault) === 0;
  }
}

/** The end of the file and its moov box. The vault's copy tells where the box lies: a file on the card with another layout differs already at its beginning. */
async function fixedPieces(bytes: number, vaultFile: VaultFile): Promise<readonly Piece[]> {
  const readAt = async (position: number, length: number) => {
    const target = new Uint8Array(length);
    return target.subarray(0, await vaultFile.read(target, position));
  };
  const moov = await findBox(readAt, 'moov', bytes, BOXES_MAX);
  const pieces = [...piecesOf(Math.max(0, bytes - EDGE_BYTES), bytes)];
  if (moov) pieces.push(...piecesOf(moov.start, Math.min(bytes, moov.end, moov.start + MOOV_BYTES_MAX)));
  return pieces;
}

function* piecesOf(start: number, end: number): Iterable<Piece> {
  for (let at = start; at < end; at += EDGE_BYTES) yield { start: at, bytes: Math.min(EDGE_BYTES, end - at) };
}
