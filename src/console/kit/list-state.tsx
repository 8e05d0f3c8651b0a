import type { Rows } from '../client/queries.ts';
import { Empty } from './kit.tsx';
import { ProblemNote } from './problem.tsx';

interface ListStateProps {
  readonly list: Pick<Rows<unknown>, 'rows' | 'error' | 'loading' | 'again'>;
  /** What stands where there is nothing. */
  readonly empty: string;
}

/** In the place of rows that are not there: why they could not be read, or that there are none. Never the second for the first. */
export function ListState({ list, empty }: ListStateProps) {
  if (list.rows.length > 0) return null;
  if (list.error) return <ProblemNote error={list.error} again={list.again} />;
  return list.loading ? null : <Empty text={empty} />;
}
