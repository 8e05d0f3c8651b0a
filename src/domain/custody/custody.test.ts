/*
 * Goal: each type of entry has one form, which never changes unnoticed. Personal values can be erased, and everything else can be checked for decades.
 * Method: the example of each type, golden bytes, and every way in which a stored entry can be wrong.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { canonicalBytes, type Json, sha256Hex } from '#domain/canonical-json';
import { english } from '#domain/reason';
import { actorText, STATION, stationBy } from './actor.ts';
import { CUSTODY_TYPES, draftFault, entryTypeOf } from './catalogue.ts';
import { DockingArrived, FileRefused } from './docking-entries.ts';
import { CUSTODY_GENESIS, type CustodyDraft, custodyHash, ENTRY_BYTES_MAX, sealEntry } from './entry.ts';
import { OriginalCopied, OriginalSealed } from './original-entries.ts';
import { checkEntry, FIRST_PLACE, readEntry } from './read-entry.ts';
import { RecordingArchived, RecordingTagged } from './recording-entries.ts';
import { custodyMarkdown } from './reference.ts';
import { CaseChanged } from './registry-entries.ts';
import { parseSubject, SUBJECT_KINDS, subject, subjectText } from './subject.ts';

const AT = Date.UTC(2026, 10, 24, 8, 30, 15, 250);
const SALT = new Uint8Array(32).fill(7);
const PLACE = { station: 'station1', seq: 0, prev: CUSTODY_GENESIS };
const by = { atMs: AT, actor: STATION };
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const exampleOf = (type: string): CustodyDraft => {
  const known = entryTypeOf(type) ?? expect.fail(type);
  return known.make({ ...by, ...known.example } as never);
};
const seal = (draft: CustodyDraft) => {
  const { bytes, hash, beside } = sealEntry(draft, PLACE, () => SALT);
  return { stored: { seq: 0, prev: CUSTODY_GENESIS, hash, bytes }, beside };
};

describe('every type of entry', () => {
  it.each(CUSTODY_TYPES)('%s: its example is made, kept, read and told as it was', (type) => {
    const draft = exampleOf(type);
    expect(draftFault(draft)).toBeNull();
    const { stored, beside } = seal(draft);
    expect(checkEntry(stored, beside, FIRST_PLACE)).toBeNull();
    const { version, salts, bytes: _, seq: __, prev: ___, hash: ____, ...read } = readEntry(stored, beside);
    expect(version).toBe(2);
    expect(Object.keys(salts)).toEqual(Object.keys(draft.personal));
    expect(read).toEqual({ ...draft, erased: [] });
    expect(entryTypeOf(type)?.parse(readEntry(stored, beside))?.data).toEqual(draft.data);
  });

  it.each(CUSTODY_TYPES)('%s: refuses what it does not declare', (type) => {
    const draft = exampleOf(type);
    expect(draftFault({ ...draft, data: { ...draft.data, more: 1 } })).not.toBeNull();
    expect(draftFault({ ...draft, personal: { ...draft.personal, more: 'x' } })).not.toBeNull();
    expect(draftFault({ ...draft, lists: { ...draft.lists, more: [] } })).not.toBeNull();
    const other = SUBJECT_KINDS.find((kind) => !entryTypeOf(type)?.about.includes(kind)) ?? 'policy';
    expect(draftFault({ ...draft, subject: subject(other, 'x') })).toContain(other);
    for (const name of Object.keys(draft.data)) {
      const { [name]: _, ...rest } = draft.data;
      if (!Object.hasOwn(entryTypeOf(type)?.data.properties[name] ?? {}, '~optional'))
        expect(draftFault({ ...draft, data: rest }), name).not.toBeNull();
      expect(draftFault({ ...draft, data: { ...draft.data, [name]: { another: 'shape' } } }), name).not.toBeNull();
    }
  });

  it('has no name twice, and no value beside it under a name that stands in it', () => {
    expect(new Set(CUSTODY_TYPES).size).toBe(CUSTODY_TYPES.length);
    for (const type of CUSTODY_TYPES) {
      const known = entryTypeOf(type);
      const names = [known?.data.properties, known?.lists, known?.personal].flatMap((each) => Object.keys(each ?? {}));
      expect(new Set(names).size, type).toBe(names.length);
    }
  });

  it('is refused where its type is not known', () => {
    expect(draftFault({ ...exampleOf('docking.safe'), type: 'docking.eaten' })).toContain('known');
  });
});

describe('the bytes of an entry', () => {
  it('are those of version 2', () => {
    const draft = RecordingTagged.make({
      ...{ atMs: AT, actor: { kind: 'user', id: '041234', via: 'console', session: 's1' }, subject: subject('recording', 'rec-1') },
      data: { cases: { old: [], new: ['案-1'] } },
    });
    const { stored } = seal(draft);
    expect(text(stored.bytes)).toBe(
      `{"actor":{"id":"041234","kind":"user","session":"s1","via":"console"},"at":"2026-11-24T08:30:15.250Z","data":{"cases":{"new":["案-1"],"old":[]}},"lists":{},"personal":{},"prev":"${CUSTODY_GENESIS}","related":["case:案-1"],"seq":0,"station":"station1","subject":"recording:rec-1","type":"recording.tagged","v":2}`,
    );
    expect(stored.hash).toBe(sha256Hex(stored.bytes));
  });

  it('commit to lists by count and digest, and to what is personal by a salted digest', () => {
    const draft = OriginalCopied.make({ ...by, ...OriginalCopied.example });
    const { stored, beside } = seal(draft);
    const { lists, personal } = JSON.parse(text(stored.bytes)) as { lists: Json; personal: Json };
    expect(lists).toEqual({ gaps: { count: 1, sha256: sha256Hex(canonicalBytes(draft.lists['gaps'] ?? [])) } });
    const path = JSON.stringify(draft.personal['cardPath']);
    expect(personal).toEqual({ cardPath: sha256Hex(Buffer.concat([SALT, Buffer.from(path)])) });
    expect(text(stored.bytes)).not.toContain(String(draft.personal['cardPath']));
    expect(beside.map(({ name, salt }) => [name, salt === null])).toEqual([
      ['gaps', true],
      ['cardPath', false],
    ]);
  });

  it('stay below a leaf of a tiled log, however long a list or a word is', () => {
    const object = { item: 'org-1', key: 'k'.repeat(4096), bytes: 1, sha256: 'a'.repeat(64) };
    const archived = RecordingArchived.make({
      ...{ ...by, subject: subject('recording', 'rec-1'), data: { archive: 's3', verifiedBy: 'readback' } },
      lists: { objects: Array.from({ length: 288 }, () => object) },
    });
    const refused = FileRefused.make({
      ...{ ...by, subject: subject('docking', 'dck-1'), data: { code: 'recorder.not-regular' } },
      personal: { cardPath: 'x'.repeat(200_000), detail: 'y'.repeat(200_000) },
    });
    for (const draft of [archived, refused]) {
      expect(draftFault(draft)).toBeNull();
      expect(seal(draft).stored.bytes.byteLength).toBeLessThan(1000);
    }
  });

  it('are never more than the bound', () => {
    const data = { old: null, new: { stage: 'x', category: null, officers: ['x'.repeat(ENTRY_BYTES_MAX)] } };
    const draft = CaseChanged.make({ ...by, subject: subject('case', 'A-1'), data, personal: {} });
    expect(draftFault(draft)).not.toBeNull();
    expect(() => seal(draft)).toThrow(RangeError);
  });

  it('name everything else that the entry belongs to the history of, once', () => {
    const draft = CaseChanged.make({
      ...{ ...by, subject: subject('case', 'A-1'), personal: {} },
      data: {
        old: { stage: 'filing', category: null, officers: ['1', '2'] },
        new: { stage: 'filing', category: null, officers: ['2', '3'] },
      },
    });
    expect(draft.related.map(subjectText)).toEqual(['officer:1', 'officer:2', 'officer:3']);
    expect(DockingArrived.make({ ...by, ...DockingArrived.example }).related.map(subjectText)).toEqual(['recorder:DSJ0000041']);
  });
});

describe('a stored entry', () => {
  const { stored, beside } = seal(OriginalCopied.make({ ...by, ...OriginalCopied.example }));
  const forged = (bytes: Uint8Array) => ({ ...stored, bytes, hash: custodyHash(bytes) });
  const replaced = (from: string, to: string) => forged(Buffer.from(text(stored.bytes).replace(from, to)));
  const [gaps, path] = beside;
  if (!gaps || !path) throw new TypeError('the example has a list and something personal');

  it.each([
    ['another place', { ...stored, seq: 1 }, beside, /missing/],
    ['another predecessor', { ...stored, prev: 'a'.repeat(64) }, beside, /entry before/],
    ['another hash', { ...stored, hash: 'b'.repeat(64) }, beside, /do not have its hash/],
    ['other bytes', { ...stored, bytes: Buffer.from(text(stored.bytes).replace('station1', 'station2')) }, beside, /do not have its hash/],
    ['bytes of another place', replaced('"seq":0', '"seq":7'), beside, /another place/],
    ['bytes of another version', replaced('"v":2', '"v":3'), beside, /form 3 is not known/],
    ['bytes that are no JSON', forged(Buffer.from('{')), beside, /not JSON/],
    ['bytes that are no object', forged(Buffer.from('null')), beside, /not JSON/],
    ['bytes that are no UTF-8', forged(Buffer.from([0xff, 0xfe])), beside, /not JSON/],
    ['another list beside it', stored, [{ ...gaps, bytes: Buffer.from('[]') }, path], /gaps is not what it commits to/],
    ['another word beside it', stored, [gaps, { ...path, bytes: Buffer.from('"other"') }], /cardPath is not what it commits to/],
    ['another salt beside it', stored, [gaps, { ...path, salt: new Uint8Array(32) }], /cardPath is not what it commits to/],
    ['something beside it that it does not name', stored, [gaps, path, { ...path, name: 'more' }], /more is not named/],
    ['a list that is gone', stored, [path], /its list gaps is missing/],
  ])('is refused with %s', (_what, entry, values, complaint) => {
    const fault = checkEntry(entry, values, FIRST_PLACE) ?? expect.fail();
    expect(english(fault.reason)).toMatch(complaint);
  });

  it('holds where what is personal was erased, and tells no more of it', () => {
    expect(checkEntry(stored, [gaps], FIRST_PLACE)).toBeNull();
    expect(readEntry(stored, [gaps]).personal).toEqual({});
  });
});

describe('an entry of version 1', () => {
  const form = (fields: { [key: string]: Json }) =>
    canonicalBytes({
      ...{ v: 1, station: 'station1', seq: 0, prev: CUSTODY_GENESIS, at: new Date(AT).toISOString(), actor: 'station' },
      ...fields,
    });
  const read = (fields: { [key: string]: Json }) => {
    const bytes = form(fields);
    const stored = { seq: 0, prev: CUSTODY_GENESIS, hash: custodyHash(bytes), bytes };
    expect(checkEntry(stored, [], FIRST_PLACE)).toBeNull();
    return readEntry(stored, []);
  };

  it('is read in the shape of today', () => {
    const entry = read({
      type: 'original.sealed',
      subject: 'org-1',
      data: { sha256: 'a', sm3: null, bytes: 1, manifestSha256: 'b', key: 'k', reread: 'direct' },
    });
    expect(entry).toMatchObject({ version: 1, atMs: AT, actor: STATION, subject: { kind: 'original', id: 'org-1' }, related: [] });
    expect(OriginalSealed.parse(entry)?.data.manifestSha256).toBe('b');
    const copied = read({ type: 'original.copied', subject: 'org-1', data: { docking: 'dck-1', cardPath: 'DCIM/a.mp4' } });
    expect([copied.data, copied.personal]).toEqual([{ docking: 'dck-1' }, { cardPath: 'DCIM/a.mp4' }]);
    const begun = read({ type: 'wipe.begun', subject: 'dck-1', data: { originals: ['org-1'] } });
    expect(begun.lists).toEqual({ originals: ['org-1'] });
  });

  it.each([
    ['rec-1', 'recording.tagged', 'recording:rec-1'],
    ['dck-1', 'recorder.clock-set', 'docking:dck-1'],
    ['recorder:R1', 'recorder.clock-set', 'recorder:R1'],
    ['port:1-4.2', 'device.refused', 'port:1-4.2'],
    ['LY-2026-0012', 'case.changed', 'case:LY-2026-0012'],
    ['041234', 'officer.changed', 'officer:041234'],
    ['DSJ1', 'recorder.changed', 'recorder:DSJ1'],
    ['hz01', 'ledger.backed-up', 'station:hz01'],
  ])('about %s (%s) is about %s', (id, type, expected) => {
    expect(subjectText(read({ type, subject: id, data: {} }).subject)).toBe(expected);
  });

  it.each([
    ['cli:root', 'cli:root'],
    ['rule:sole', 'station (rule:sole)'],
    ['station', 'station'],
    ['loopback', 'cli:loopback'],
  ])('by %s is by %s', (actor, expected) => {
    expect(actorText(read({ type: 'recording.tagged', subject: 'rec-1', data: {}, actor }).actor)).toBe(expected);
  });
});

describe('docs/custody.md', () => {
  it('is up to date (node scripts/generate-custody-docs.ts)', () => {
    expect(readFileSync(new URL('../../../docs/custody.md', import.meta.url), 'utf8')).toBe(custodyMarkdown());
  });
});

describe('names in print', () => {
  it.each(SUBJECT_KINDS)('of a %s are read back', (kind) => {
    for (const id of ['1', 'a:b', '案-1', '/mnt/x']) expect(parseSubject(subjectText(subject(kind, id)))).toEqual({ kind, id });
  });
  it.each(['', 'case', 'case:', ':x', 'thing:1'])('%j names no subject', (name) => expect(parseSubject(name)).toBeNull());
  it('tell by which rule the station decided', () => expect(actorText(stationBy('sole'))).toBe('station (rule:sole)'));
});
