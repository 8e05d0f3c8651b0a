import { sql } from 'kysely';

/** One parameter however many values there are, so that each query is prepared once. */
export function among<T extends string | number>(values: readonly T[]) {
  return sql<T>`(SELECT value FROM json_each(${JSON.stringify(values)}))`;
}
