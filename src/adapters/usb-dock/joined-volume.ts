import { EvidockError, isFailure } from '#domain/errors';
import { because, type Reason } from '#domain/reason';
import type { Volume, VolumeEntry, VolumeFile, VolumeRefusal } from '#ports/recorder-driver';

export interface VolumePart {
  /** First part of the paths of its files; unique, without a slash. */
  readonly name: string;
  readonly volume: Volume;
  /** How its file system keeps times; left out where it is not known. */
  readonly fileTimes?: NonNullable<Volume['fileTimes']>;
}

/** A part of the recorder that cannot be read at all: a refusal by name. */
export interface UnreadableVolume {
  readonly name: string;
  readonly why: Reason;
  /**
   * True where it failed to mount and may hold files: then the card is not listed to its end. False where it has no file system that is
   * read here.
   */
  readonly mayHoldFiles: boolean;
}

interface Options {
  readonly label: string | null;
  readonly parts: readonly VolumePart[];
  readonly unreadable: readonly UnreadableVolume[];
}

/** Several volumes of one recorder as one: the first part of a path says which. */
export class JoinedVolume implements Volume {
  readonly label: string | null;
  readonly fileTimes?: NonNullable<Volume['fileTimes']>;
  readonly #parts: readonly VolumePart[];
  readonly #unreadable: Options['unreadable'];

  constructor({ label, parts, unreadable }: Options) {
    this.label = label;
    this.#parts = parts;
    this.#unreadable = unreadable;
    const [times] = parts.map(({ fileTimes }) => fileTimes);
    if (times && parts.every(({ fileTimes }) => fileTimes === times)) this.fileTimes = times;
  }

  async *list(signal?: AbortSignal): AsyncIterable<VolumeEntry | VolumeRefusal> {
    for (const { name, why } of this.#unreadable) yield { path: name, code: 'recorder.unreadable', reason: why };
    const lost = this.#unreadable.find(({ mayHoldFiles }) => mayHoldFiles);
    let failure = lost ? new EvidockError('recorder.unreadable', because('of', { thing: lost.name, why: lost.why })) : null;
    for (const { name, volume } of this.#parts) {
      try {
        for await (const item of volume.list(signal)) {
          const path = `${name}/${item.path}`;
          yield 'code' in item ? { ...item, path } : { ...item, path, otherPath: item.path };
        }
      } catch (error) {
        // The other volumes may be whole.
        if (!isFailure(error, 'recorder.unreadable')) throw error;
        failure ??= new EvidockError(error.code, because('in-volume', { name, why: error.reason }), error);
      }
    }
    if (failure) throw failure;
  }

  async open(path: string): Promise<VolumeFile> {
    const found = this.#find(path);
    if (!found) throw new EvidockError('recorder.read-failed', because('no-volume', { path }));
    return found.volume.open(found.rest);
  }

  /** Drivers ask for status files by their place on a card: such a path is looked for on every volume. */
  async readText(path: string): Promise<string | null> {
    const found = this.#find(path);
    if (found) return found.volume.readText(found.rest);
    for (const { volume } of this.#parts) {
      const text = await volume.readText(path);
      if (text !== null) return text;
    }
    return null;
  }

  async close(): Promise<void> {
    for (const { volume } of this.#parts) await volume.close();
  }

  #find(path: string): { volume: Volume; rest: string } | null {
    const slash = path.indexOf('/');
    const part = this.#parts.find(({ name }) => slash > 0 && name === path.slice(0, slash));
    return part ? { volume: part.volume, rest: path.slice(slash + 1) } : null;
  }
}

/**
 * The only volume of a recorder: its paths stay as they are. The recorder may show a second volume another time, so each file also tells
 * the path that it would have then (`otherPath`).
 */
export class LoneVolume implements Volume {
  readonly label: string | null;
  readonly fileTimes?: NonNullable<Volume['fileTimes']>;
  readonly #part: VolumePart;

  constructor(part: VolumePart) {
    this.label = part.volume.label;
    this.#part = part;
    if (part.fileTimes) this.fileTimes = part.fileTimes;
  }

  async *list(signal?: AbortSignal): AsyncIterable<VolumeEntry | VolumeRefusal> {
    const { name, volume } = this.#part;
    for await (const item of volume.list(signal)) yield 'code' in item ? item : { ...item, otherPath: `${name}/${item.path}` };
  }

  open(path: string): Promise<VolumeFile> {
    return this.#part.volume.open(path);
  }

  readText(path: string): Promise<string | null> {
    return this.#part.volume.readText(path);
  }

  close(): Promise<void> {
    return this.#part.volume.close();
  }
}

/** Names for volumes: the label where it can be a path and is the only one of its kind, else the place in the order of the partitions. */
export function partNames(labels: readonly (string | null)[]): readonly string[] {
  const usable = labels.map((label) => (label !== null && /^[\p{L}\p{N}][\p{L}\p{N} _.-]{0,31}$/u.test(label) ? label.trim() : null));
  return usable.map((label, place) => {
    const shared = usable.some((other, at) => at !== place && other?.toLowerCase() === label?.toLowerCase());
    return label === null || shared || /^volume-\d+$/i.test(label) ? `volume-${place + 1}` : label;
  });
}
