import type { ListedFile } from '#domain/card/listed-file';
import { unmarkedName } from '#domain/card/marks';
import type { OwnerOf } from '#domain/card/names';
import { isCardFailure } from '#domain/errors';
import type { Original } from '#domain/recording';
import type { Ledger } from '#ports/ledger';
import type { Volume } from '#ports/recorder-driver';

/** Originals of one recorder with one size and one time; more than these are told apart by nothing. */
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
 * As what the files of one listing are on record: most of them as themselves; some under another name, because the recorder showed other volumes then
 * (before its second disk was ready, with a card in it or without), because they were marked as important since, or because it was not known yet whose
 * they are. They are not taken in twice for that.
 */
export class OtherNames {
  readonly #options: Options;
  readonly #identities = new Map<string, Identity>();
  /** Of the files of a capture that do not tell it themselves, by path. */
  readonly #owners = new Map<string, string>();
  /** Two volumes may hold files of one name, size and time: an original stands for one of them, and the other is taken for itself. */
  readonly #taken = new Set<string>();
  readonly #marked = new Set<string>();

  constructor(options: Options) {
    this.#options = options;
  }

  /** The recorder that made it. */
  ownerOf({ path, facts }: ListedFile): string {
    return this.#owners.get(path) ?? this.#options.ownerOf(facts);
  }

  /** The files of a capture are one recorder's: its first segment tells whose. */
  belongTogether(files: readonly ListedFile[]): void {
    const [first] = files;
    if (!first) return;
    const owner = this.ownerOf(first);
    for (const { path } of files.slice(1)) this.#owners.set(path, owner);
  }

  /** The identity under which a file of this listing is on record, if it is. */
  identityOf(file: ListedFile) {
    const { path, bytes, mtimeMs } = file;
    return { recorderSerial: this.ownerOf(file), cardPath: path, ...this.#identities.get(path), bytes, mtimeMs };
  }

  /** Whether it was on record before it was marked as important. */
  wasMarkedLater(path: string): boolean {
    return this.#marked.has(path);
  }

  /** For a file that is not on record as itself; `marked`: it is important, or belongs to one that is. */
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
    // A card may have a directory that is called as the volume would be: then that name is another file's.
    return known && (await this.#isFree(known)) ? this.#take(file, known) : null;
  }

  /** On record as the docked recorder's, or as that of the number that its name tells: whose a file is may have been known otherwise before. */
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

  /** Renamed to `_IMP`, or moved to a folder for important files: of the same recorder, size, time and name but for the mark, and gone from its old place. */
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
