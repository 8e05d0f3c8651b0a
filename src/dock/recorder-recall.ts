import type { Docking } from '#domain/docking';
import type { Original } from '#domain/recording';
import type { Arrival } from '#ports/dock';
import type { LedgerReader } from '#ports/ledger';
import type { Volume, VolumeEntry } from '#ports/recorder-driver';
import type { VaultReader } from '#ports/vault';
import { hasSameBytes } from './same-bytes.ts';

/** Files of a card that the ledger is asked for, spread over the sample. */
const FILES_ASKED = 32;
/** Recorders that may have files of one name, size and time. */
const SAME_NAME_MAX = 16;
/** Files whose bytes are compared before a card is believed to be known. */
const PROOFS_MAX = 3;
/** Recorders whose files are compared with the card's. */
const CANDIDATES_MAX = 4;
/** Dockings that are looked at for what a bus told. */
const TOLD_MAX = 200;

export interface Recalled {
  readonly serial: string;
  /** The docking by which it is known. */
  readonly docking: Docking;
  /** Files of the sample that are on record as its own. */
  readonly files: number;
  /** Whether the bytes of at least one of them are those in the vault: names, sizes and times come again, bytes do not. */
  proved(): Promise<boolean>;
}

interface Options {
  readonly ledger: Pick<LedgerReader, 'originals' | 'dockings'>;
  readonly vault: VaultReader;
}

/** Whose card it is by what is on record: a recorder that was docked with it before stays itself, whatever else has come to lie on it. */
export class Recall {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** The recorder that has most of the files as its own, sealed in a docking of itself; of several the first whose bytes they are. */
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
        // What another recorder left on this one's card says nothing of whose card it is.
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

  /** Recorders of one family whose clocks start anew have files of one name, size and time: only the bytes tell whose they are. */
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

  /** The one recorder that was docked with these USB ids and this serial; null if there were several: whole batches share a serial. */
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
