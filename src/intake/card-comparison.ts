import { isCardFailure, isFailure } from '#domain/errors';
import { findBox } from '#domain/media/iso-bmff';
import type { Original } from '#domain/recording';
import { BLOCK_BYTES, type RandomBelow, samplePositions } from '#domain/vault/file-sample';
import type { BufferPool } from '#ports/buffer-pool';
import type { Verdict } from '#ports/known-proof';
import type { Lanes } from '#ports/lanes';
import type { Volume, VolumeFile } from '#ports/recorder-driver';
import type { VaultFile, VaultReader } from '#ports/vault';
import { digestOnCard, readKept } from './second-read.ts';

/** Beginning and end of a sampled file, where containers keep their headers, times and indexes. */
const EDGE_BYTES = 256 * 1024;
/** Of a moov box so much is compared; it holds times, durations and the place of every frame. */
const MOOV_BYTES_MAX = 16 * 1024 * 1024;
/** Boxes before it: one file type, free space, the media. */
const BOXES_MAX = 64;
/** Blocks that are asked for at once. */
const BLOCKS_AT_ONCE = 16;
/** Places of a file that may fail before its sample is given up: each may take a failing card half a minute. */
const FAILURES_MAX = 3;

export interface ComparisonTools {
  readonly lanes: Lanes;
  readonly buffers: BufferPool;
  readonly vault: VaultReader;
  readonly random: RandomBelow;
}

/** `lost`: the vault does not hold the original any more, or cannot read it. */
export type Outcome = Verdict | 'lost';

export interface SampleOutcome {
  readonly outcome: Outcome;
  /** Bytes at the beginning that were read in a row, and how long that took. */
  readonly readBytes: number;
  readonly readMs: number;
  /** How long the random blocks took. */
  readonly sampleMs: number;
}

/** One file on a card beside its sealed original in the vault. `known.cardPath` is where the file is now. */
export class CardComparison {
  readonly #tools: ComparisonTools;
  readonly #volume: Volume;
  readonly #signal: AbortSignal;

  constructor(tools: ComparisonTools, volume: Volume, signal: AbortSignal) {
    this.#tools = tools;
    this.#volume = volume;
    this.#signal = signal;
  }

  /** Every byte against the vault's, and the whole against the sealed digest: for small files. */
  async whole(known: Original): Promise<Outcome> {
    const { lanes } = this.#tools;
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

  /** Beginning, end, the whole moov box, and `blocks` blocks at random places, against the vault's bytes. */
  async sample(known: Original, blocks: number): Promise<SampleOutcome> {
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

/** The same places of two files, in the two halves of one chunk: who held one chunk and waited for another could wait for ever. */
class Pair {
  readonly file: VolumeFile;
  readonly vaultFile: VaultFile;
  readonly onCard: Uint8Array;
  /** Places that the card could not deliver. */
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

  /** Pieces that fit into half a chunk together; read at once. What the card cannot deliver counts as a failure, not as a difference. */
  async isSame(pieces: readonly Piece[]): Promise<boolean> {
    let offset = 0;
    const looks = pieces.map((piece) => {
      const look = this.#isPieceSame(piece, offset);
      offset += piece.bytes;
      return look;
    });
    // The chunk is in use until the last of them has ended, also where one fails.
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

/** The end of the file, and its moov box wherever it lies, as the vault's copy says: another layout on the card differs at the beginning. */
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

async function isAsListed(file: VolumeFile, { bytes, mtimeMs }: Pick<Original, 'bytes' | 'mtimeMs'>): Promise<boolean> {
  const now = await file.stat();
  return now.bytes === bytes && Math.floor(now.mtimeMs) === mtimeMs;
}

export interface WholeComparison {
  readonly verdict: Verdict;
  /** What the file on the card has, where it differs. */
  readonly sha256: string | null;
}

interface WholeTools extends Pick<ComparisonTools, 'lanes' | 'buffers'> {
  readonly signal: AbortSignal;
  readonly gate?: () => Promise<void>;
}

/**
 * A file on a card of any size, read once from its first byte to its last, past the page cache where that can be had. The sealed digest is the judge:
 * the vault's copy is not read for it. A difference is believed when the file has been read twice with the same result. Throws recorder.removed.
 */
export async function compareWhole(known: Original, volume: Volume, tools: WholeTools): Promise<WholeComparison> {
  const unread: WholeComparison = { verdict: 'unread', sha256: null };
  let file: VolumeFile | undefined;
  try {
    file = await volume.open(known.cardPath);
    const read = { ...tools, file, original: known, gaps: known.gaps };
    const digest = async (card: VolumeFile) => {
      await card.forget?.();
      return digestOnCard(read);
    };
    const sha256 = await digest(file);
    const differs = sha256 !== known.digests?.sha256;
    // A reader that gives other bytes each time proves nothing.
    if (differs && (await digest(file)) !== sha256) return unread;
    if (!(await isAsListed(file, known))) return unread;
    return differs ? { verdict: 'differs', sha256 } : { verdict: 'same', sha256: null };
  } catch (error) {
    if (isCardFailure(error)) return unread;
    throw error;
  } finally {
    await file?.close();
  }
}
