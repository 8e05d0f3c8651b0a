import { readFileSync } from 'node:fs';

export interface RebuiltColumns {
  readonly table: string;
  /** Columns of the table; null: all of them. */
  readonly columns: readonly string[] | null;
  readonly replayed: boolean;
}

const names = (cell: string) => [...cell.matchAll(/`([a-z_0-9]+)`/g)].map(([, name = '']) => name);

/** Reads the table of docs/design.md, "What the log rebuilds". */
export function rebuiltColumns(): readonly RebuiltColumns[] {
  const text = readFileSync(new URL('../../../docs/design.md', import.meta.url), 'utf8');
  const [, section = ''] = text.split('\n## What the log rebuilds\n');
  const [table = ''] = section.split('\n1. ');
  const rows = table
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  return rows.flatMap(([, tables = '', columns = '', how = '']) =>
    names(tables).map((each) => ({
      table: each,
      columns: columns === 'all' ? null : names(columns),
      replayed: how.startsWith('replayed'),
    })),
  );
}
