import type { ListedFile } from './listed-file.ts';

export interface InRow {
  readonly row: string;
  readonly number: number;
}

/** Each numbered file of a card, with the others of its row in the order of their numbers and its place among them. */
export type Rows = ReadonlyMap<ListedFile, { readonly row: readonly ListedFile[]; readonly place: number }>;

/** The row that a file stands in, and its place there; null if it has no number. */
export function numbersInRow({ path, facts }: ListedFile): InRow | null {
  const { sequence, captureKey, part, lens, kind, deviceNumber } = facts;
  const directory = path.slice(0, path.lastIndexOf('/') + 1);
  // Recorders count on from one folder to the next where the number has a field of its own.
  if (sequence !== undefined) return { row: `${deviceNumber ?? ''}|${kind}|${lens ?? ''}`, number: sequence * 100 + (part ?? 0) };
  if (captureKey !== undefined && /^\d{1,9}$/.test(captureKey))
    return { row: `${directory}|${kind}|${lens ?? ''}`, number: Number(captureKey) * 100 + ((part ?? 0) % 100) };
  // Where a name tells the time, its digits are no number of the file.
  if (facts.claimedStart !== undefined) return null;
  const [, prefix, digits] = /^(.*?)(\d{2,9})\.[^.]*$/.exec(path.slice(directory.length)) ?? [];
  return digits === undefined ? null : { row: `${directory}${prefix ?? ''}|${kind}`, number: Number(digits) };
}

export function rowsOf(files: readonly ListedFile[]): Rows {
  const numbered = files.flatMap((file) => {
    const place = numbersInRow(file);
    return place ? [{ file, ...place }] : [];
  });
  const rows = new Map<ListedFile, { row: readonly ListedFile[]; place: number }>();
  for (const unordered of Map.groupBy(numbered, ({ row }) => row).values()) {
    const row = unordered.sort((one, other) => one.number - other.number).map(({ file }) => file);
    for (const [place, file] of row.entries()) rows.set(file, { row, place });
  }
  return rows;
}
