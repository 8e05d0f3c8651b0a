import type { CardFacts } from './facts.ts';

/** One listed file with what its name tells. */
export interface ListedFile {
  readonly path: string;
  readonly bytes: number;
  readonly mtimeMs: number;
  /** As the volume told. */
  readonly otherPath?: string;
  readonly facts: CardFacts;
}
