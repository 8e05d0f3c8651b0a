import type { Json } from '#domain/canonical-json';
import { type Reason, reasonOf } from '#domain/reason';

/** A reason as rows have it; undefined: it was erased. An older version told it in words. */
export function toldReason(told: Reason | string | undefined): Json | undefined {
  return told === undefined ? undefined : (reasonOf(told) as unknown as Json);
}
