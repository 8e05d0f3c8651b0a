/**
 * Rows of one value of each field so that every pair of values of two fields that can stand together stands in some row. Greedy, and the same each
 * time. `valid` says whether a whole row can be.
 */
export function pairwise<Row extends Record<string, string>>(
  fields: { readonly [K in keyof Row]: readonly Row[K][] },
  valid: (row: Row) => boolean,
): Row[] {
  const names = Object.keys(fields) as (keyof Row & string)[];
  const all = names.reduce<Row[]>(
    (rows, name) => rows.flatMap((row) => fields[name].map((value) => ({ ...row, [name]: value }))),
    [{} as Row],
  );
  const rows = all.filter(valid);
  const pairsOf = (row: Row) => names.flatMap((one, at) => names.slice(at + 1).map((other) => `${one}=${row[one]} ${other}=${row[other]}`));
  const open = new Set(rows.flatMap(pairsOf));
  const chosen: Row[] = [];
  while (open.size > 0) {
    let best: Row | undefined;
    let most = 0;
    for (const row of rows) {
      const gain = pairsOf(row).filter((pair) => open.has(pair)).length;
      if (gain > most) [best, most] = [row, gain];
    }
    if (!best) break;
    chosen.push(best);
    for (const pair of pairsOf(best)) open.delete(pair);
  }
  return chosen;
}
