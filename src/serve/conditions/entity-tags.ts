import type { IncomingHttpHeaders } from 'node:http';
import { sha256Hex } from '#domain/canonical-json';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';

const TAG_CHARACTERS = 32;
const TAG = /^\s*(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"\s*$/;

/** The strong ETag of a representation (RFC 9110, 8.8.3): another text, another tag. */
export function tagOf(text: string): string {
  return `"${sha256Hex(Buffer.from(text)).slice(0, TAG_CHARACTERS)}"`;
}

/** What a request demands of what stands at its URL (RFC 9110, 13.1); undefined: nothing. */
export interface Preconditions {
  readonly ifMatch: TagList | undefined;
  readonly ifNoneMatch: TagList | undefined;
}

/** `any`: `*`, whatever stands there. */
type TagList = 'any' | readonly { readonly weak: boolean; readonly tag: string }[];

/** Throws request.invalid. */
export function preconditionsOf(headers: IncomingHttpHeaders): Preconditions {
  return { ifMatch: listOf(headers['if-match'], 'if-match'), ifNoneMatch: listOf(headers['if-none-match'], 'if-none-match') };
}

function listOf(header: string | undefined, name: string): TagList | undefined {
  if (header === undefined) return undefined;
  if (header.trim() === '*') return 'any';
  // No tag of ours has a comma in it.
  return header.split(',').map((part) => {
    const [, weak, tag] = TAG.exec(part) ?? [];
    if (tag === undefined) throw new EvidockError('request.invalid', because('etags-malformed', { header: name }));
    return { weak: weak !== undefined, tag: `"${tag}"` };
  });
}

/** Whether what the client has is what stands there; a weak tag will do (RFC 9110, 13.1.2). */
export function isUnchanged({ ifNoneMatch }: Preconditions, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch === 'any' || ifNoneMatch.some((each) => each.tag === tag);
}

/** Whether a change may be made to what has this tag; null: nothing stands there. A weak tag does not tell that it is the same (RFC 9110, 13.1.1). */
export function mayChange({ ifMatch, ifNoneMatch }: Preconditions, tag: string | null): boolean {
  if (ifMatch !== undefined) {
    if (tag === null) return false;
    if (ifMatch !== 'any' && !ifMatch.some((each) => !each.weak && each.tag === tag)) return false;
  }
  return ifNoneMatch === undefined || tag === null || !(ifNoneMatch === 'any' || ifNoneMatch.some((each) => each.tag === tag));
}
