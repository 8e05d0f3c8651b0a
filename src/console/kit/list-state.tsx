import type { ReactNode } from 'react';
import type { Rows } from '../client/queries.ts';
import { Empty, Loading } from './kit.tsx';
import { ProblemNote } from './problem.tsx';

interface ListStateProps {
  readonly list: Pick<Rows<unknown>, 'rows' | 'error' | 'loading' | 'again'>;
  /** What stands where there is nothing; "nothing here" if left out. */
  readonly empty?: string;
  /** What to do where there is nothing. */
  readonly children?: ReactNode;
}

/** What a list says besides its rows: that they are on their way, why they could not be read (older ones stay below), or that there are none. Never the third for the second. */
export function ListState({ list, empty, children }: ListStateProps) {
  if (list.loading) return <Loading />;
  if (list.error) return <ProblemNote error={list.error} again={list.again} />;
  return list.rows.length > 0 ? null : <Empty {...(empty === undefined ? {} : { text: empty })}>{children}</Empty>;
}
