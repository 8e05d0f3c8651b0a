import type { Json } from '#domain/canonical-json';

/** The value that a fact has from the time of its entry until the next entry with a fact of the same name. */
export interface Fact {
  /** Name as apply.ts gives it: `officer`, `category`, `start`, …; `case:NUMBER` for a case to which a recording belongs. */
  readonly name: string;
  /** null: the fact has no value from then on. */
  readonly value: Json;
  readonly fromMs: number;
  /** Who caused the change, in the printed form. */
  readonly actor: string;
  /** Number of the entry. */
  readonly seq: number;
}
