import type { CustodyEntry } from '#domain/custody/entry';
import type { RowChange } from './rows.ts';

interface Parser<E> {
  readonly type: string;
  parse(entry: CustodyEntry): E | null;
}

/** How entries of one type change the tables. */
export interface Rule {
  readonly type: string;
  rowsOf(entry: CustodyEntry): readonly RowChange[];
}

export function rule<E>({ type, parse }: Parser<E>, rowsOf: (entry: E) => readonly RowChange[]): Rule {
  return {
    type,
    rowsOf: (entry) => {
      const parsed = parse(entry);
      return parsed === null ? [] : rowsOf(parsed);
    },
  };
}
