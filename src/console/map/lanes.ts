import type { Walk } from './walks.ts';

/** The ways of one officer with one recorder. Its number stands on the map, so that nobody has to tell colours apart. */
export interface Lane {
  readonly key: string;
  /** From 1, in the order of the line of time. */
  readonly number: number;
  readonly name: string;
  readonly recorder: string;
  readonly walks: readonly Walk[];
}

/** Colours of map.module.css. */
const INKS = 8;
/** A way is told by its dashes as well. */
export const DASHES = [undefined, '10 6', '2 6', '14 5 2 5', '6 4', '18 6', '10 4 2 4 2 4', '1 5'] as const;

export function inkOf(number: number): string {
  return `var(--way-${((number - 1) % INKS) + 1})`;
}

export function lanesOf(walks: readonly Walk[], nameOf: (officer: string | null) => string): readonly Lane[] {
  const byCamera = Map.groupBy(walks, ({ recording }) => `${recording.officerId ?? ''} ${recording.recorderSerial}`);
  return [...byCamera]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, own], at) => ({
      ...{ key, number: at + 1, walks: own },
      name: nameOf(own[0]?.recording.officerId ?? null),
      recorder: own[0]?.recording.recorderSerial ?? '',
    }));
}
