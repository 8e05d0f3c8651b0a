import type { Json } from '#domain/canonical-json';
import { because, type Reason } from '#domain/reason';
import { type Actor, STATION, stationBy } from './actor.ts';
import { entryTypeOf } from './catalogue.ts';
import { type BesideValue, CUSTODY_GENESIS, type CustodyEntry, commitmentTo, custodyHash } from './entry.ts';
import { parseSubject, type Subject, subject } from './subject.ts';

export interface StoredEntry {
  readonly seq: number;
  readonly prev: string;
  readonly hash: string;
  readonly bytes: Uint8Array;
}

/** Parsed bytes of a version 2 entry. */
interface Form {
  readonly v: number;
  readonly seq: number;
  readonly prev: string;
  readonly at: string;
  readonly type: string;
  readonly actor: Actor;
  readonly subject: string;
  readonly related: readonly string[];
  readonly data: { readonly [key: string]: Json };
  readonly lists: { readonly [name: string]: { readonly count: number; readonly sha256: string } };
  readonly personal: { readonly [name: string]: string };
}

/** Parsed bytes of a version 1 entry: actor and subject are texts, and all values are in `data`. */
interface FormerForm extends Pick<Form, 'at' | 'type' | 'data'> {
  readonly actor: string;
  readonly subject: string;
}

/** Reads an entry of either version, with its values beside the log. Throws SyntaxError if the bytes are no entry. */
export function readEntry(stored: StoredEntry, beside: readonly BesideValue[]): CustodyEntry {
  const form = parse(stored.bytes);
  const { seq, prev, hash, bytes } = stored;
  const place = { seq, prev, hash, bytes };
  if ((form as Form).v !== 2) return { ...place, ...former(form as unknown as FormerForm) };
  const { at, type, actor, subject: about, related, data } = form as Form;
  const lists: { [name: string]: readonly Json[] } = {};
  const personal: { [name: string]: Json } = {};
  const salts: { [name: string]: string } = {};
  for (const { name, salt, bytes: content } of beside) {
    const value = JSON.parse(new TextDecoder().decode(content)) as Json;
    if (salt === null) lists[name] = value as readonly Json[];
    else {
      personal[name] = value;
      salts[name] = Buffer.from(salt).toString('hex');
    }
  }
  const others = related.map(parseSubject).filter((each) => each !== null);
  const erased = Object.keys((form as Form).personal).filter((name) => !Object.hasOwn(personal, name));
  const told = { data, lists, personal, salts, erased };
  return { ...place, version: 2, atMs: Date.parse(at), type, actor, subject: mustParse(about), related: others, ...told };
}

function parse(bytes: Uint8Array): unknown {
  const form: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  if (typeof form !== 'object' || form === null) throw new SyntaxError('no object');
  return form;
}

function mustParse(text: string): Subject {
  const found = parseSubject(text);
  if (!found) throw new SyntaxError('names no subject');
  return found;
}

/** Turns version 1 into today's shape: values that are lists or personal today move there, and the subject gets its kind. */
function former({ at, type, actor, subject: about, data }: FormerForm): Omit<CustodyEntry, keyof StoredEntry> {
  const known = entryTypeOf(type);
  const sections = {
    data: {} as { [key: string]: Json },
    lists: {} as { [key: string]: readonly Json[] },
    personal: {} as { [key: string]: Json },
  };
  for (const [name, value] of Object.entries(data)) {
    if (known && Object.hasOwn(known.lists, name) && Array.isArray(value)) sections.lists[name] = value;
    else if (known && Object.hasOwn(known.personal, name)) sections.personal[name] = value;
    else sections.data[name] = value;
  }
  return {
    version: 1,
    atMs: Date.parse(at),
    type,
    actor: formerActor(actor),
    subject: formerSubject(about, type),
    related: [],
    ...sections,
    erased: [],
    salts: {},
  };
}

function formerActor(text: string): Actor {
  if (text === 'station') return STATION;
  if (text.startsWith('rule:')) return stationBy(text.slice('rule:'.length));
  if (text.startsWith('cli:')) return { kind: 'cli', id: text.slice('cli:'.length), via: 'socket', session: null };
  return { kind: 'cli', id: text, via: null, session: null };
}

const BY_PREFIX = { rec: 'recording', org: 'original', dck: 'docking' } as const;

function formerSubject(text: string, type: string): Subject {
  const parsed = parseSubject(text);
  if (parsed) return parsed;
  const kind = BY_PREFIX[text.slice(0, 3) as keyof typeof BY_PREFIX];
  if (kind && text[3] === '-') return subject(kind, text);
  return subject(entryTypeOf(type)?.about[0] ?? 'station', text);
}

export interface CustodyFault {
  readonly seq: number;
  readonly reason: Reason;
}

/** What the next entry must follow; `CUSTODY_GENESIS` before the first. */
export interface ExpectedPlace {
  readonly seq: number;
  readonly prev: string;
}
export const FIRST_PLACE: ExpectedPlace = { seq: 0, prev: CUSTODY_GENESIS };

/**
 * Checks one stored entry against its bytes, its predecessor and its values beside the log. null if it holds. Personal values may be missing, because they were
 * erased.
 */
export function checkEntry(stored: StoredEntry, beside: readonly BesideValue[], expected: ExpectedPlace): CustodyFault | null {
  const { seq, prev, hash, bytes } = stored;
  if (seq !== expected.seq) return { seq: expected.seq, reason: because('entry-gone', { seq: expected.seq }) };
  if (prev !== expected.prev) return { seq, reason: because('entry-prev-differs', {}) };
  if (custodyHash(bytes) !== hash) return { seq, reason: because('entry-hash-differs', {}) };
  let form: Partial<Form>;
  try {
    form = parse(bytes) as Partial<Form>;
  } catch {
    return { seq, reason: because('entry-not-json', {}) };
  }
  if (form.v !== 1 && form.v !== 2) return { seq, reason: because('entry-form-unknown', { form: String(form.v) }) };
  if (form.seq !== seq || form.prev !== prev) return { seq, reason: because('entry-elsewhere', {}) };
  const reason = form.v === 2 ? besideFault(form as Form, beside) : null;
  return reason === null ? null : { seq, reason };
}

function besideFault({ lists, personal }: Form, beside: readonly BesideValue[]): Reason | null {
  for (const { name, salt, bytes } of beside) {
    const told = salt === null ? lists[name]?.sha256 : personal[name];
    if (told === undefined) return because('beside-unnamed', { name });
    const found = salt === null ? custodyHash(bytes) : commitmentTo(salt, bytes);
    if (found !== told) return because('beside-differs', { name });
  }
  const missing = Object.keys(lists).find((name) => !beside.some((each) => each.salt === null && each.name === name));
  return missing === undefined ? null : because('list-gone', { name: missing });
}
