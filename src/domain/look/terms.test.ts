/*
 * Goal: a question finds every entry that names what it asks for, wherever in the entry that stands.
 * Method: the example of each type of entry, searched for ids by their prefix alone.
 */
import { expect, it } from 'vitest';
import { CUSTODY_TYPES, entryTypeOf } from '#domain/custody/catalogue';
import { filed } from './terms.ts';

const FACETS = { grt: 'grant', req: 'request', lok: 'look' } as const;

const idsIn = (value: unknown) =>
  [...JSON.stringify(value).matchAll(/"((grt|req|lok)-[0-9a-z-]+)"/g)].map(([, id = '', prefix]) => [id, prefix] as const);

it('files an entry under every grant, request and look that it names', () => {
  const found = new Set<string>();
  for (const type of CUSTODY_TYPES) {
    const known = entryTypeOf(type) ?? expect.fail(type);
    const actor = { kind: 'user', id: 'usr-1' } as const;
    const draft = known.make({ atMs: 0, actor, ...known.example } as never);
    const place = { version: 2, erased: [], salts: {}, seq: 1, prev: '', hash: '', bytes: new Uint8Array() };
    const terms = filed({ ...draft, ...place } as never)?.terms ?? [];
    for (const [id, prefix] of idsIn([draft.subject, draft.data, draft.lists])) {
      expect(terms, type).toContain(`${FACETS[prefix as keyof typeof FACETS]}:${id}`);
      found.add(`${prefix}`);
    }
  }
  expect([...found].sort()).toEqual(['grt', 'lok', 'req']);
});
