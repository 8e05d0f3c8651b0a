import type { MarkedCopies } from '#ports/marked-copies';
import type { MarkPlaces } from './places.ts';

/** What downloads with a mark stand on. */
export interface MarkedParts {
  readonly copies: MarkedCopies;
  readonly places: MarkPlaces;
}
