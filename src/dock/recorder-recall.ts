import type { Docking } from '#domain/docking';
import type { Original } from '#domain/recording';
import type { Arrival } from '#ports/dock';
import type { LedgerReader } from '#ports/ledger';
import type { Volume, VolumeEntry } from '#ports/recorder-driver';
import type { VaultReader } from '#ports/vault';
import { hasSameBytes } from './same-bytes.ts';

/** So many files of the sample, spread over it, are looked up in the ledger. */
const FILES_ASKED = 32;
/** At most so many recorders are considered that have files of one name, size and time. */
const SAME_NAME_MAX = 16;
/** The bytes of at most so many files are compared to prove that a card is known. */
const PROOFS_MAX = 3;
/** At most so many recorders are compared with the card by the bytes of their files. */
const CANDIDATES_MAX = 4;
/** At most so many dockings are searched for a serial on the bus. */
const TOLD_MAX = 200;

export interface Recalled {
  readonly serial: string;
  /** The earlier docking by which the card is known. */
  readonly docking: Docking;
  /** How many files of the sample are on record as the recorder's own. */
  readonly files: number;
  /** Whether at least one of these files has the same bytes as in the vault. Names, sizes and times come again, bytes do not. */
  proved(): Promise<boolean>;
}

interface Options {
  readonly ledger: Pick<LedgerReader, 'originals' | 'dockings'>;
  readonly vault: VaultReader;
}

/**
 * Finds whose card it is by what is on record. The card of a recorder that was docked with it before stays that recorder's, whatever other files it holds now.
 */
export class Recall {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * The recorder that has sealed most of these files as its own in its own dockings. Of several with the same files it is the first whose bytes are on the
   * card.
   */
  async byFiles(volume: Volume, sample: readonly VolumeEntry[]): Promise<Recalled | null> {
    const votes = new Map<string, Original[]>();
    const dockings = new Map<string, Docking | null>();
    const { ledger } = this.#options;
    const apart = Math.max(1, Math.floor(sample.length / FILES_ASKED));
    for (const [place, { path, bytes, mtimeMs }] of sample.entries()) {
      // An empty file has no bytes that could prove anything.
      if (place % apart !== 0 || bytes === 0) continue;
      for (const original of await ledger.originals.named({ cardPath: path, bytes, mtimeMs }, SAME_NAME_MAX)) {
        if (!dockings.has(original.dockingId)) dockings.set(original.dockingId, await ledger.dockings.get(original.dockingId));
        // A file that was found on another recorder's card does not tell whose card this is.
        if (dockings.get(original.dockingId)?.recorderSerial !== original.recorderSerial) continue;
        votes.set(original.recorderSerial, [...(votes.get(original.recorderSerial) ?? []), original]);
      }
    }
    const candidates = [...votes].sort(([a, one], [b, other]) => placeLast(a) - placeLast(b) || other.length - one.length);
    const found = candidates.length > 1 ? await this.#firstProved(candidates.slice(0, CANDIDATES_MAX), volume) : candidates[0];
    const docking = dockings.get(found?.[1][0]?.dockingId ?? '');
    if (!found || !docking) return null;
    const [serial, originals] = found;
    return { serial, docking, files: originals.length, proved: () => this.#isProved(originals, volume) };
  }

  /**
   * The first recorder whose bytes are on the card. Recorders of one family whose clocks begin anew have files of the same name, size and time, so only bytes
   * tell them apart.
   */
  async #firstProved(candidates: readonly [string, Original[]][], volume: Volume): Promise<[string, Original[]] | undefined> {
    for (const candidate of candidates) if (await this.#isProved(candidate[1], volume)) return candidate;
    return undefined;
  }

  async #isProved(originals: readonly Original[], volume: Volume): Promise<boolean> {
    for (const original of originals.filter(({ gaps }) => gaps.length === 0).slice(0, PROOFS_MAX)) {
      if (await hasSameBytes(original, volume, this.#options.vault)) return true;
    }
    return false;
  }

  /** The last docking of the one recorder with these USB ids and this serial; null if there were several recorders, because whole batches share a serial. */
  async byBus({ serial, vendorId, productId }: Arrival): Promise<Docking | null> {
    if (serial === null || vendorId === null) return null;
    const before = (await this.#options.ledger.dockings.list({ told: serial, limit: TOLD_MAX })).filter(
      (docking) => docking.vendorId === vendorId && docking.productId === productId && placeLast(docking.recorderSerial) === 0,
    );
    return new Set(before.map(({ recorderSerial }) => recorderSerial)).size === 1 ? (before[0] ?? null) : null;
  }
}

function placeLast(serial: string): number {
  return serial.startsWith('place:') ? 1 : 0;
}
