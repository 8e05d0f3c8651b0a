/*
 * Goal: the pages and the station fit together: every text of the catalogue stands on some page, in Chinese words and in English ones; every route of the API has a page, or a reason why it is for
 * programs; no page asks for an address that the API does not tell of.
 * Method: the sources of the pages are read as text; the type-check sees to it that keys and routes exist.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CUSTODY_TYPES } from '#domain/custody/catalogue';
import { SUBJECT_KINDS } from '#domain/custody/subject';
import { en } from '#messages/en';
import { pagesEn } from '#messages/pages/en';
import { pagesZhCN } from '#messages/pages/zh-CN';
import { ROUTES } from '#serve/routes';
import { ROOT } from '#test/support/evidock';
import { OF_PROGRAMS } from '#test/support/routes-of-programs';

const CONSOLE = join(ROOT, 'src/console');
const sources = readdirSync(CONSOLE, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.tsx?$/.test(path) && path !== 'client/api.ts')
  .map((path) => ({ path, text: readFileSync(join(CONSOLE, path), 'utf8') }));
const all = sources.map(({ text }) => text).join('\n');

/** Beginnings of keys that are put together while a page is drawn: `nav.${group}`, and the families that `word` is asked for. */
const made = [
  ...[...all.matchAll(/`([a-z][a-z0-9-]*(?:\.[a-z0-9-]+)*[.-])\$\{/g)].map(([, prefix = '']) => prefix),
  ...[...all.matchAll(/word\('([a-z0-9.-]+)'/g)].map(([, family = '']) => `${family}.`),
];

it('every text of the pages stands on some page', () => {
  const unused = Object.keys(pagesEn).filter((key) => !all.includes(`'${key}'`) && !made.some((prefix) => key.startsWith(prefix)));
  expect(unused).toEqual([]);
});

it('no text of the pages stands in the place of another one', async () => {
  const room = join(ROOT, 'src/messages/pages');
  const keys = readdirSync(room)
    .filter((name) => name.endsWith('-en.ts'))
    .flatMap((name) => [...readFileSync(join(room, name), 'utf8').matchAll(/^ {2}'([^']+)':/gm)].map(([, key = '']) => key));
  expect(keys.filter((key, at) => keys.indexOf(key) !== at || key in en)).toEqual([]);
});

it('the access log has words for whatever may stand in it', () => {
  expect(CUSTODY_TYPES.filter((type) => !(`audit-type.${type}` in pagesEn))).toEqual([]);
  expect(SUBJECT_KINDS.filter((kind) => !(`audit-subject.${kind}` in pagesEn))).toEqual([]);
});

it('each language has words of its own', () => {
  const zh: Readonly<Record<string, string>> = pagesZhCN;
  // Names and figures are the same in both.
  const same =
    /^[\p{P}\p{S}\s\d]*(\{\w+\}|Evidock|English|中文|CSV|PDF|PIN|QR|GPS|SHA-256|SM3|UTC|MB\/s|USB|TLS|IP|ID|NEW|[\p{P}\p{S}\s\d])*$/u;
  const alike = Object.entries(pagesEn).filter(([key, text]) => zh[key] === text && !same.test(text));
  expect(alike).toEqual([]);
  const foreign = Object.entries(pagesEn).filter(([key, text]) => /\p{Script=Han}/u.test(text) && !key.endsWith('.language'));
  expect(foreign).toEqual([]);
});

it('every route has a page, or a reason why it is for programs', () => {
  const named = ROUTES.map(({ method, url }) => `${method} ${url.replace(/:(\w+)/g, '{$1}')}`);
  // A page names a route as its client does, or writes its address where the browser itself asks for it: pictures, films, streams.
  const without = named.filter((name) => {
    const address = (name.split(' ')[1] ?? '').split('{')[0] ?? '';
    return (
      !all.includes(`'${name}'`) &&
      !(name.startsWith('GET') && [`'${address}`, `"${address}`, `\`${address}`].some((text) => all.includes(text)))
    );
  });
  expect(without.filter((name) => !(name in OF_PROGRAMS))).toEqual([]);
  expect(Object.keys(OF_PROGRAMS).filter((name) => !named.includes(name))).toEqual([]);
});

it('no key leads to two pages', () => {
  const keys = sources
    .filter(({ path }) => path.endsWith('/pages.ts'))
    .flatMap(({ text }) => [...text.matchAll(/ key: '(.)'/g)].map(([, key]) => key));
  expect(keys.length).toBeGreaterThan(10);
  expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([]);
});

it('pages write no address of the API that it does not have', () => {
  const urls = ROUTES.map(({ url }) => url);
  const written = [...all.matchAll(/['"`](\/api\/v1\/[a-z0-9/-]*)/g)].map(([, address = '']) => address);
  expect(written.filter((address) => !urls.some((url) => url.startsWith(address)))).toEqual([]);
});
