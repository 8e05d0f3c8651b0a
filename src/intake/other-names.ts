import { isCardFailure } from '#domain/errors';
import type { Original } from '#domain/recording';
import type { Ledger } from '#ports/ledger';
import type { Volume, VolumeEntry } from '#ports/recorder-driver';

interface Options {
  readonly ledger: Pick<Ledger, 'findOriginal'>;
  readonly volume: Volume;
  readonly docking: { readonly recorderSerial: string };
}

/**
 * Files of one listing that are on record under the name that they had when the recorder showed other volumes: before its second disk was ready, with a
 * card in it or without. They are not taken in twice for that.
 */
export class OtherNames {
  readonly #o: Options;
  readonly #names = new Map<string, string>();
  /** Two volumes may hold files of one name, size and time: an original stands for one of them, and the other is taken for itself. */
  readonly #taken = new Set<string>();

  constructor(options: Options) {
    this.#o = options;
  }

  /** The path under which a file of this listing is on record. */
  onRecord(path: string): string {
    return this.#names.get(path) ?? path;
  }

  /** For a file that is not on record under its own path. */
  async find({ path, otherPath, bytes, mtimeMs }: VolumeEntry): Promise<Original | null> {
    if (otherPath === undefined) return null;
    const { ledger, docking, volume } = this.#o;
    const known = await ledger.findOriginal({ recorderSerial: docking.recorderSerial, cardPath: otherPath, bytes, mtimeMs });
    // A card may have a directory that is called as the volume would be: then that name is another file's.
    if (!known || this.#taken.has(known.id) || (await isOn(volume, otherPath))) return null;
    this.#taken.add(known.id);
    this.#names.set(path, otherPath);
    return known;
  }
}

async function isOn(volume: Volume, path: string): Promise<boolean> {
  try {
    await (await volume.open(path)).close();
    return true;
  } catch (error) {
    if (isCardFailure(error)) return false;
    throw error;
  }
}
