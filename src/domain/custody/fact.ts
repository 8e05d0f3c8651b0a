import type { Json } from '#domain/canonical-json';

/** One value of one thing, from the time of the entry that told it until the next fact of the same name. */
export interface Fact {
  /** As apply.ts names it: `officer`, `category`, `start`, …; `case:NUMBER` for a case that a recording belongs to. */
  readonly name: string;
  /** null: there is none from then on. */
  readonly value: Json;
  readonly fromMs: number;
  /** Who said so, in the printed form. */
  readonly actor: string;
  /** Number of the entry. */
  readonly seq: number;
}
