/*
 * Goal: a client that trusts nobody can recompute every entry that it is shown, with its personal values. An entry still holds after a value was erased.
 * Method: only the answers of the API, node:crypto, and a canonical form written here from RFC 8785. Nothing of src/domain is used.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { servedStation } from '#test/support/served-station';
import { buildServer } from './server.ts';

interface Entry {
  readonly seq: number;
  readonly prev: string;
  readonly hash: string;
  readonly canonical: string;
  readonly type: string;
  readonly personal: Record<string, unknown>;
  readonly salts: Record<string, string>;
  readonly lists: Record<string, unknown[]>;
}

const sha256 = (...parts: (string | Buffer)[]) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex');

/** The canonical form: names of an object in the order of their UTF-16 units, and no spaces (RFC 8785, 3.2). */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join()}}`;
}

/** What in an entry does not hold; empty if all of it does. */
function faultsOf({ seq, prev, hash, canonical: text, personal, salts, lists }: Entry): string[] {
  const told = JSON.parse(text);
  const faults = [
    ...(sha256(text) === hash ? [] : ['hash']),
    ...(canonical(told) === text ? [] : ['form']),
    ...(told.seq === seq && told.prev === prev ? [] : ['place']),
  ];
  for (const [name, value] of Object.entries(personal))
    if (sha256(Buffer.from(salts[name] ?? '', 'hex'), canonical(value)) !== told.personal[name]) faults.push(`personal ${name}`);
  for (const [name, list] of Object.entries(lists)) if (sha256(canonical(list)) !== told.lists[name].sha256) faults.push(`list ${name}`);
  return faults;
}

it('can recompute hash and commitments, and finds what was changed; an erased value leaves its commitment', async () => {
  const station = await servedStation();
  const app = buildServer({ deps: station.deps, way: 'socket' });
  const headers = { host: 'localhost', 'x-evidock-actor': 'cli:wang' };
  try {
    for (const title of ['占道经营', 'Market "A"\u2028 \u{1f4f7}'])
      await app.inject({ method: 'POST', url: '/api/v1/cases', headers, payload: { number: 'A-1', title, update: true } });
    const shown = async (): Promise<Entry[]> => (await app.inject({ url: '/api/v1/cases/A-1/custody', headers })).json().items;
    const entries = await shown();
    expect(entries.map(({ type, personal }) => [type, personal])).toEqual([
      ['case.changed', { title: { old: null, new: '占道经营' } }],
      ['case.changed', { title: { old: '占道经营', new: 'Market "A"\u2028 \u{1f4f7}' } }],
    ]);
    const [first, second] = entries as [Entry, Entry];
    for (const entry of entries) expect(faultsOf(entry)).toEqual([]);
    expect(second.prev).toBe(first.hash);
    // The hashed text does not contain the value in clear, and another value does not verify.
    expect(first.canonical).not.toContain('占道经营');
    expect(faultsOf({ ...first, personal: { title: { old: null, new: 'other' } } })).toEqual(['personal title']);
    expect(faultsOf({ ...first, canonical: first.canonical.replace('case.changed', 'case.closed') })).toContain('hash');

    const raw = new DatabaseSync(join(station.directory, 'ledger.sqlite'));
    raw.prepare('DELETE FROM custody_beside WHERE seq = ? AND salt IS NOT NULL').run(first.seq);
    raw.close();
    const [erased, kept] = (await shown()) as [Entry, Entry];
    expect([erased.personal, erased.salts]).toEqual([{}, {}]);
    expect(erased.canonical).toBe(first.canonical);
    expect(JSON.parse(erased.canonical).personal.title).toMatch(/^[0-9a-f]{64}$/);
    expect([faultsOf(erased), faultsOf(kept)]).toEqual([[], []]);
  } finally {
    await app.close();
    await station.close();
  }
});
