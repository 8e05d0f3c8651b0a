import type { Json } from '#domain/canonical-json';
import { type Reason, reasonOf } from '#domain/reason';

/** A reason as rows hold it; undefined: it was erased. An older version wrote an English sentence in its place. */
export function toldReason(told: Reason | string | undefined): Json | undefined {
  return told === undefined ? undefined : (reasonOf(told) as unknown as Json);
}
