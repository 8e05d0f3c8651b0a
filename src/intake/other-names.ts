import type { ListedFile } from '#domain/card/listed-file';
import { unmarkedName } from '#domain/card/marks';
import type { OwnerOf } from '#domain/card/names';
import { isCardFailure } from '#domain/errors';
import type { Original } from '#domain/recording';
import type { Ledger } from '#ports/ledger';
import type { Volume } from '#ports/recorder-driver';

/** Originals of one recorder with the same size and time. If there are more than this, the time tells nothing. */
const ALIKE_MAX = 64;

interface Options {
  readonly ledger: Pick<Ledger, 'originals'>;
  readonly volume: Volume;
  readonly docking: { readonly recorderSerial: string };
  readonly ownerOf: OwnerOf;
}

interface Identity {
  readonly recorderSerial: string;
  readonly cardPath: string;
}

/**
 * Finds the files of one listing that are on record under another identity, so that they are not taken in twice. The path differs if the recorder showed other
 * volumes then (before its second disk was ready, with or without a card), or if the file was marked as important since. The recorder differs if its owner was
 * not known then.
 */
export class OtherNames {
  readonly #options: Options;
  readonly #identities = new Map<string, Identity>();
  /** By path of a file that does not tell its recorder itself: the recorder of its capture. */
  readonly #owners = new Map<string, string>();
  /**
   * Ids of originals that a file of this listing has taken. Two volumes may hold files of one name, size and time: the original stands for one of them, and the
   * other is a new file.
   */
  readonly #taken = new Set<string>();
  readonly #marked = new Set<string>();

  constructor(options: Options) {
    this.#options = options;
  }

  /** Serial of the recorder that made the file. */
  ownerOf({ path, facts }: ListedFile): string {
    return this.#owners.get(path) ?? this.#options.ownerOf(facts);
  }

  /** Notes that these files are one capture. They all belong to the recorder of the first. */
  belongTogether(files: readonly ListedFile[]): void {
    const [first] = files;
    if (!first) return;
    const owner = this.ownerOf(first);
    for (const { path } of files.slice(1)) this.#owners.set(path, owner);
  }

  /** The identity under which a file of this listing is on record, or would be. */
  identityOf(file: ListedFile) {
    const { path, bytes, mtimeMs } = file;
    return { recorderSerial: this.ownerOf(file), cardPath: path, ...this.#identities.get(path), bytes, mtimeMs };
  }

  /** Whether the file was on record before the recorder marked it as important. */
  wasMarkedLater(path: string): boolean {
    return this.#marked.has(path);
  }

  /** Finds the original of a file that is not on record under its own identity. `marked`: the file is important, or belongs to one that is. */
  async find(file: ListedFile, marked = false): Promise<Original | null> {
    const found = (await this.#underOtherPath(file)) ?? (await this.#underOtherNumber(file));
    return found ?? (marked ? this.#beforeItsMark(file) : null);
  }

  async #underOtherPath(file: ListedFile): Promise<Original | null> {
    const { otherPath, bytes, mtimeMs } = file;
    if (otherPath === undefined) return null;
    const known = await this.#options.ledger.originals.find({
      recorderSerial: this.ownerOf(file),
      cardPath: otherPath,
      bytes,
      mtimeMs,
    });
    // If the path under which it is on record exists on the card too, that is another file: a directory may have the name of a volume.
    return known && (await this.#isFree(known)) ? this.#take(file, known) : null;
  }

  /** Searches under the docked recorder, and under the number in the file's name: the owner may have been decided otherwise before. */
  async #underOtherNumber(file: ListedFile): Promise<Original | null> {
    const { ledger, docking } = this.#options;
    const { path, bytes, mtimeMs, facts } = file;
    const owner = this.ownerOf(file);
    for (const recorderSerial of new Set([docking.recorderSerial, facts.deviceNumber ?? owner])) {
      if (recorderSerial === owner) continue;
      const known = await ledger.originals.find({ recorderSerial, cardPath: path, bytes, mtimeMs });
      if (known && !this.#taken.has(known.id)) return this.#take(file, known);
    }
    return null;
  }

  /**
   * Searches for the file before it was renamed to `_IMP` or moved to a folder for important files: same recorder, size, time and name without the mark, and no
   * longer at its old place.
   */
  async #beforeItsMark(file: ListedFile): Promise<Original | null> {
    const { path, bytes, mtimeMs } = file;
    const alike = await this.#options.ledger.originals.like({ recorderSerial: this.ownerOf(file), bytes, mtimeMs }, ALIKE_MAX);
    const name = unmarkedName(path);
    for (const known of alike) {
      if (known.cardPath === path || unmarkedName(known.cardPath) !== name || !(await this.#isFree(known))) continue;
      this.#marked.add(path);
      return this.#take(file, known);
    }
    return null;
  }

  async #isFree(known: Original): Promise<boolean> {
    return !this.#taken.has(known.id) && !(await isOn(this.#options.volume, known.cardPath));
  }

  #take({ path }: ListedFile, known: Original): Original {
    this.#taken.add(known.id);
    this.#identities.set(path, { recorderSerial: known.recorderSerial, cardPath: known.cardPath });
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
