import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { RecorderAccess, RecorderWriter } from '#ports/recorder-access';

interface AccessPart {
  readonly name: string;
  readonly access: RecorderAccess;
}

/** Access to several volumes of one recorder under the paths of a JoinedVolume: all are writable together, or none is. */
export class JoinedAccess implements RecorderAccess {
  readonly #parts: readonly AccessPart[];

  constructor(parts: readonly AccessPart[]) {
    this.#parts = parts;
  }

  writable<T>(work: (writer: RecorderWriter) => Promise<T>): Promise<T> {
    return this.#open(0, new Map(), work);
  }

  #open<T>(place: number, writers: Map<string, RecorderWriter>, work: (writer: RecorderWriter) => Promise<T>): Promise<T> {
    const part = this.#parts[place];
    if (!part) return work(joined(writers));
    return part.access.writable((writer) => this.#open(place + 1, writers.set(part.name, writer), work));
  }
}

function joined(writers: ReadonlyMap<string, RecorderWriter>): RecorderWriter {
  const split = (path: string): { writer: RecorderWriter; rest: string } => {
    const slash = path.indexOf('/');
    const writer = slash > 0 ? writers.get(path.slice(0, slash)) : undefined;
    if (!writer) throw new EvidockError('recorder.write-failed', because('no-volume', { path }));
    return { writer, rest: path.slice(slash + 1) };
  };
  return {
    async stat(path) {
      const { writer, rest } = split(path);
      return writer.stat(rest);
    },
    async remove(path) {
      const { writer, rest } = split(path);
      return writer.remove(rest);
    },
    /** A driver names its clock file by its place on a card, without a volume's name in front: the file goes to the first volume. */
    async writeText(path, text) {
      const named = writers.has(path.split('/')[0] ?? '');
      const first = writers.values().next().value;
      if (!named && first) return first.writeText(path, text);
      const { writer, rest } = split(path);
      return writer.writeText(rest, text);
    },
    async sync() {
      for (const writer of writers.values()) await writer.sync();
    },
  };
}
