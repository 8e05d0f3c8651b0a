import type { ListedFile } from './captures.ts';

/** Files of a card that stand for themselves, and those that travel with one of them. */
export interface Sidecars {
  readonly others: readonly ListedFile[];
  /** The sidecars of these segments, each handed out once. */
  take(segments: readonly ListedFile[]): readonly ListedFile[];
}

/** A sidecar travels with the file of the same stem in the same folder; one whose file is not there stands for itself. */
export function assignSidecars(files: readonly ListedFile[]): Sidecars {
  const stems = new Set(files.filter((file) => !file.facts.sidecar).map(keyOf));
  const isSidecar = (file: ListedFile) => file.facts.sidecar === true && stems.has(keyOf(file));
  const waiting = Map.groupBy(files.filter(isSidecar), keyOf);
  return {
    others: files.filter((file) => !isSidecar(file)),
    take: (segments) =>
      segments.flatMap((segment) => {
        const mine = waiting.get(keyOf(segment)) ?? [];
        // Two files of one stem (a clip and its photo): the first takes the sidecars.
        waiting.delete(keyOf(segment));
        return mine;
      }),
  };
}

function keyOf({ path, facts }: ListedFile): string {
  return `${path.slice(0, path.lastIndexOf('/') + 1)}\n${facts.stem.toLowerCase()}`;
}
