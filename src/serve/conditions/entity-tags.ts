import type { IncomingHttpHeaders } from 'node:http';
import { sha256Hex } from '#domain/canonical-json';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';

const TAG_CHARACTERS = 32;
const TAG = /^\s*(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"\s*$/;

/** The strong ETag of a representation (RFC 9110, 8.8.3). Different texts have different tags. */
export function tagOf(text: string): string {
  return `"${sha256Hex(Buffer.from(text)).slice(0, TAG_CHARACTERS)}"`;
}

/** The preconditions of a request on the resource at its URL (RFC 9110, 13.1); undefined: it has none. */
export interface Preconditions {
  readonly ifMatch: TagList | undefined;
  readonly ifNoneMatch: TagList | undefined;
}

/** `any` stands for `*`: whatever is at the URL. */
type TagList = 'any' | readonly { readonly weak: boolean; readonly tag: string }[];

/** Reads `If-Match` and `If-None-Match`. Throws request.invalid. */
export function preconditionsOf(headers: IncomingHttpHeaders): Preconditions {
  return { ifMatch: listOf(headers['if-match'], 'if-match'), ifNoneMatch: listOf(headers['if-none-match'], 'if-none-match') };
}

function listOf(header: string | undefined, name: string): TagList | undefined {
  if (header === undefined) return undefined;
  if (header.trim() === '*') return 'any';
  // The header may be split at commas, because no ETag of the station has one.
  return header.split(',').map((part) => {
    const [, weak, tag] = TAG.exec(part) ?? [];
    if (tag === undefined) throw new EvidockError('request.invalid', because('etags-malformed', { header: name }));
    return { weak: weak !== undefined, tag: `"${tag}"` };
  });
}

/** Whether `If-None-Match` says that the client has the present representation. A weak tag counts too (RFC 9110, 13.1.2). */
export function isUnchanged({ ifNoneMatch }: Preconditions, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch === 'any' || ifNoneMatch.some((each) => each.tag === tag);
}

/**
 * Whether the preconditions allow a change of the resource with this tag; `tag` null: there is no resource. In `If-Match` a weak tag does not count (RFC 9110,
 * 13.1.1).
 */
export function mayChange({ ifMatch, ifNoneMatch }: Preconditions, tag: string | null): boolean {
  if (ifMatch !== undefined) {
    if (tag === null) return false;
    if (ifMatch !== 'any' && !ifMatch.some((each) => !each.weak && each.tag === tag)) return false;
  }
  return ifNoneMatch === undefined || tag === null || !(ifNoneMatch === 'any' || ifNoneMatch.some((each) => each.tag === tag));
}
