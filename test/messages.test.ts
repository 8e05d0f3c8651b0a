/*
 * Goal: why something failed, or is as it is, is kept and sent as a code with parameters; sentences stand in the catalogue alone.
 * Method: every file of the station is parsed, and what is handed to EvidockError and to because() is searched for words.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'oxc-parser';
import { expect, it } from 'vitest';
import { ROOT } from '#test/support/evidock';

/** Two English words in a row are the beginning of a sentence. */
const SENTENCE = /\b[A-Za-z]{2,}'?[a-z]* [A-Za-z]{2,}/;
/** They name what a command or a field is called, and are no sentence. */
const NAMES = ['slots learn', 'slots --watch'];

interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** What is given to `new EvidockError` (but its cause) and to `because`, as found in a file. */
function given(file: string, text: string): Node[] {
  const found: Node[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) for (const each of node) visit(each);
    if (typeof node !== 'object' || node === null || Array.isArray(node)) return;
    const { type, callee, arguments: args } = node as Node & { callee?: { name?: string }; arguments?: Node[] };
    if (type === 'NewExpression' && callee?.name === 'EvidockError') found.push(...(args ?? []).slice(0, 2));
    if (type === 'CallExpression' && callee?.name === 'because') found.push(...(args ?? []));
    for (const value of Object.values(node)) visit(value);
  };
  visit(parseSync(file, text).program);
  return found;
}

/** Every text in it, with the texts around the values of a template. */
function textsIn(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(textsIn);
  if (typeof node !== 'object' || node === null) return [];
  const { type, value } = node as Node & { value?: unknown };
  if (type === 'Literal' && typeof value === 'string') return [value];
  if (type === 'TemplateElement') return [(value as { cooked: string }).cooked];
  return Object.values(node).flatMap(textsIn);
}

const files = ['src', 'drivers'].flatMap((room) =>
  readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map((path) => join(room, path)),
);

it('sees what is handed over', () => {
  const text = "new EvidockError('a.b', because('c', { d: 'of' + x + ' no such thing' }), cause)";
  expect(given('x.ts', text).flatMap(textsIn)).toContain(' no such thing');
});

it('no error and no reason is made of a sentence', () => {
  const sentences = files.flatMap((file) =>
    given(file, readFileSync(join(ROOT, file), 'utf8'))
      .flatMap(textsIn)
      .filter((text) => SENTENCE.test(text) && !NAMES.includes(text))
      .map((text) => `${file}: ${text}`),
  );
  expect(sentences).toEqual([]);
});

/** The rooms that tell people why: what stands there in words would be told in English. */
const TELLING = [
  'src/desk/',
  'src/dock/',
  'src/intake/',
  'src/seal/',
  'src/derive/',
  'src/archive/',
  'src/steps/',
  'src/doctor/doctor.ts',
  'src/doctor/usb-checks.ts',
  'src/domain/custody/read-entry.ts',
  'src/domain/custody/segment.ts',
  'src/adapters/sqlite-ledger/upkeep/integrity-worker.ts',
  'src/adapters/sqlite-ledger/upkeep/schema-check.ts',
];
/** Names of checks, and the language of the ledger. */
const NO_SENTENCE = /^(vault disk|vault writes|time zone|tls in force|log in |immutable attribute)$|^PRAGMA |^SELECT /;
/** For whoever mends the program: what cannot be, thrown where it is. */
const OWN_MISTAKES = ['Error', 'RangeError', 'TypeError', 'SyntaxError'];

/** Every text of a file but those of mistakes of the program itself. */
function told(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(told);
  if (typeof node !== 'object' || node === null) return [];
  const { type, callee } = node as Node & { callee?: { name?: string } };
  if (type === 'NewExpression' && OWN_MISTAKES.includes(callee?.name ?? '')) return [];
  return type === 'Literal' || type === 'TemplateElement' ? textsIn(node) : Object.values(node).flatMap(told);
}

it('sees a sentence wherever it stands, and none that tells of a mistake of the program', () => {
  const text = "const f = () => { throw new TypeError('this is none'); return { what: `it is not there`, why: 'nor there' }; }";
  expect(told(parseSync('x.ts', text).program)).toEqual(['it is not there', 'nor there']);
});

it('the rooms that tell people why have no sentence at all', () => {
  const sentences = files
    .filter((file) => TELLING.some((room) => file.startsWith(room)))
    .flatMap((file) =>
      told(parseSync(file, readFileSync(join(ROOT, file), 'utf8')).program)
        .filter((text) => SENTENCE.test(text) && !NO_SENTENCE.test(text))
        .map((text) => `${file}: ${text}`),
    );
  expect(sentences).toEqual([]);
});

it('no text stands in two parts of a catalogue, of which the later one would hide the other', () => {
  for (const language of ['en', 'zh-CN']) {
    const parts = files.filter((file) => file.startsWith('src/messages/') && new RegExp(`(?:-|/)${language}\\.ts$`).test(file));
    // Errors and reasons are tables of their own.
    const catalogue = parts.filter((file) => !/\/(?:errors-|reasons\/)/.test(file));
    const keys = catalogue.flatMap((file) =>
      [...readFileSync(join(ROOT, file), 'utf8').matchAll(/^ {2}'([\w.-]+)':/gm)].map(([, key]) => key),
    );
    expect(keys.length, language).toBeGreaterThan(500);
    expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([]);
  }
});
