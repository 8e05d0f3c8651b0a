import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** JSON values that have exactly one canonical form: no undefined, no NaN, no functions. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** The canonical bytes of `value` after RFC 8785 (JSON Canonicalization Scheme), UTF-8. */
export function canonicalBytes(value: Json): Uint8Array {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('value has no canonical JSON form');
  return new TextEncoder().encode(text);
}

/** SHA-256 of `bytes`, lower-case hexadecimal. For short texts only: footage is hashed by the Hasher port. */
export function sha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
