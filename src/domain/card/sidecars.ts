import type { ListedFile } from './listed-file.ts';

/** Files of a card that stand for themselves, and those that travel with one of them. */
export interface Sidecars {
  readonly others: readonly ListedFile[];
  /** The sidecars of these segments, each handed out once. */
  take(segments: readonly ListedFile[]): readonly ListedFile[];
}

/**
 * A sidecar in another folder must be no older or younger than this against its clip. A track may be closed only when the recorder is
 * switched off, long after the clip.
 */
const APART_MS_MAX = 12 * 3600_000;
/**
 * Most leftovers in one recording. They stand together so that a list of footage does not drown in them; the bound keeps a transaction
 * small.
 */
const LEFTOVERS_TOGETHER = 100;

/**
 * Finds the file that each sidecar of a whole card travels with. In its own folder: the one whose whole name it repeats (`clip.MP4.gpx`),
 * else one of its stem, else one lens of its stem (`…_N.gps` beside `…_NF.mp4`). In another folder: the one of its stem, if the card has
 * just one that can be meant. Where a clip and a photo have the stem, it is the clip. A sidecar whose file is not there stands for itself.
 */
export function assignSidecars(files: readonly ListedFile[]): Sidecars {
  const hosts = new Hosts(files.filter(({ facts }) => !facts.sidecar && facts.kind !== 'leftover'));
  const bins = new Hosts(files.filter(({ facts }) => facts.foundIn !== undefined));
  const waiting = new Map<ListedFile, ListedFile[]>();
  const others: ListedFile[] = [];
  let leftovers: ListedFile[] | undefined;
  for (const file of files) {
    const { facts } = file;
    const host =
      facts.kind === 'leftover' ? (facts.sidecar ? bins.inFolderOf(file) : undefined) : facts.sidecar ? hosts.of(file) : undefined;
    if (host) waiting.set(host, [...(waiting.get(host) ?? []), file]);
    else if (facts.kind === 'leftover' && leftovers && leftovers.length < LEFTOVERS_TOGETHER - 1) leftovers.push(file);
    else {
      others.push(file);
      if (facts.kind !== 'leftover') continue;
      leftovers = [];
      waiting.set(file, leftovers);
    }
  }
  return {
    others,
    take: (segments) =>
      segments.flatMap((segment) => {
        const mine = waiting.get(segment) ?? [];
        waiting.delete(segment);
        return mine;
      }),
  };
}

/** Files that may have sidecars, to be found by name. */
class Hosts {
  readonly #byName = new Map<string, ListedFile>();
  readonly #byStem: Map<string, ListedFile[]>;
  readonly #byLens: Map<string, ListedFile[]>;
  readonly #anywhere: Map<string, ListedFile[]>;

  constructor(files: readonly ListedFile[]) {
    for (const file of files) this.#byName.set(file.path.toLowerCase(), file);
    this.#byStem = Map.groupBy(files, (file) => keyOf(file, file.facts.stem));
    const lenses = files.filter(({ facts }) => facts.lens !== undefined && facts.stem.toUpperCase().endsWith(facts.lens));
    this.#byLens = Map.groupBy(lenses, (file) => keyOf(file, file.facts.stem.slice(0, -(file.facts.lens ?? '').length)));
    this.#anywhere = Map.groupBy(files, ({ facts }) => lastPart(facts.stem));
  }

  of(sidecar: ListedFile): ListedFile | undefined {
    return this.inFolderOf(sidecar) ?? this.#elsewhere(sidecar);
  }

  inFolderOf(sidecar: ListedFile): ListedFile | undefined {
    const { path, facts } = sidecar;
    const named = this.#byName.get(path.slice(0, path.lastIndexOf('.')).toLowerCase());
    if (named) return named;
    const key = keyOf(sidecar, facts.stem);
    return best(this.#byStem.get(key) ?? this.#byLens.get(key) ?? []);
  }

  /** Looks for the file in other folders. Recorders use names again on other days, so the times of the two files must fit. */
  #elsewhere(sidecar: ListedFile): ListedFile | undefined {
    const found = this.#anywhere.get(lastPart(sidecar.facts.stem)) ?? [];
    // With more than one such clip nobody can tell which is meant.
    const clips = found.filter(({ facts }) => rankOf(facts.kind) === rankOf(best(found)?.facts.kind));
    const [only] = clips;
    if (!only || clips.length > 1) return undefined;
    const [one, other] = [only.facts.claimedStart, sidecar.facts.claimedStart];
    if (one !== undefined && other !== undefined) return one === other ? only : undefined;
    return Math.abs(only.mtimeMs - sidecar.mtimeMs) <= APART_MS_MAX ? only : undefined;
  }
}

function best(files: readonly ListedFile[]): ListedFile | undefined {
  // Of several lenses this takes the front one, whose letter comes first.
  return [...files].sort((a, b) => rankOf(a.facts.kind) - rankOf(b.facts.kind))[0];
}

/** Which file of a stem a sidecar travels with, the lowest first: tracks, subtitles and logs tell of what was filmed. */
function rankOf(kind: string | undefined): number {
  const place = ['video', 'audio', 'photo'].indexOf(kind ?? '');
  return place < 0 ? 3 : place;
}

function keyOf({ path }: ListedFile, stem: string): string {
  return `${path.slice(0, path.lastIndexOf('/') + 1)}\n${stem}`.toLowerCase();
}

function lastPart(stem: string): string {
  return stem.slice(stem.lastIndexOf('/') + 1).toLowerCase();
}
