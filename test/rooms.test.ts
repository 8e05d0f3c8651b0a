/*
 * Goal: the import rule of docs/design.md ("The house") is linted, no files import each other in a circle, no room has over 40 files, ports are small and hold no
 * code, and rules know no SQL. Method: Biome, with the project's rules, reads a file of each room that breaks the rule, and then one that does not; files are counted
 * and read on the disk.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '#test/support/evidock';
import { circlesIn, importsOf } from './import-circles.ts';

const FILES_MAX = 40;
const METHODS_MAX = 20;
/** What only the SQLite ledger may say. */
const OF_SQLITE = /json_each|INDEXED BY|PRAGMA|kysely|node:sqlite|\bSELECT\b.+\bFROM\b|\bUPDATE \w+ SET\b|\bON CONFLICT\b/;

let home: string;

/** Biome's word on one file that imports this, in a tree with the project's rules. */
function lint(path: string, imported: string): string {
  const file = join(home, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `import { thing } from '${imported}';\n\nexport const other = thing;\n`);
  const biome = join(ROOT, 'node_modules/.bin/biome');
  const { stdout, stderr } = spawnSync(biome, ['lint', '--only=style/noRestrictedImports', path], { cwd: home, encoding: 'utf8' });
  const told = stdout + stderr;
  expect(told).toContain('Checked 1 file');
  return told;
}

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'rooms-'));
  const { $schema: _schema, vcs: _vcs, ...rules } = JSON.parse(readFileSync(join(ROOT, 'biome.json'), 'utf8'));
  writeFileSync(join(home, 'biome.json'), JSON.stringify(rules));
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('the import rule', () => {
  it.each([
    ['src/domain/card/x.ts', '#ports/ledger', '#domain/errors'],
    ['src/domain/card/x.ts', '../errors.ts', './path.ts'],
    ['src/domain/card/x.ts', '../take/takes.ts', '#domain/take/takes'],
    ['src/messages/x.ts', '#domain/errors', './en.ts'],
    ['src/messages/reasons/x.ts', 'node:path', '../template.ts'],
    ['src/domain/card/x.ts', '#events', '#messages/reason'],
    ['src/intake/x.ts', '#messages/reason', '#messages/figures'],
    ['src/cli/x.ts', '#events', '#messages/reason'],
    ['src/ports/x.ts', '#steps/group-commit', '#domain/errors'],
    ['src/steps/x.ts', '#desk/tagging', '#ports/ledger'],
    ['src/seal/x.ts', '#intake/session', '#steps/group-commit'],
    ['src/seal/x.ts', '#desk/tagging', '#events'],
    ['src/desk/x.ts', '#serve/server', '#steps/record-suggestions'],
    ['src/desk/x.ts', '#api/common', '#ports/ledger'],
    ['src/desk/people/x.ts', '../deps.ts', '#desk/deps'],
    ['src/seal/x.ts', '#desk/people/units', '#ports/ledger'],
    ['src/api/x.ts', '#ports/slot-board', '#domain/docking'],
    ['src/serve/x.ts', '#adapters/token-bucket', '#desk/tagging'],
    ['src/serve/x.ts', '#seal/seal-stage', '#api/common'],
    ['src/cli/x.ts', '#serve/server', '#desk/verify'],
    ['src/cli/people/x.ts', '../client.ts', '#cli/client'],
    ['src/cli/x.ts', '#adapters/token-bucket', '#api/work'],
    ['src/adapters/disk/x.ts', '../bullmq-queue/private-redis.ts', '../durable-file.ts'],
    ['src/adapters/disk/x.ts', '#desk/tagging', '#ports/vault'],
    ['src/adapters/sqlite-ledger/work/x.ts', '../custody/log.ts', '../connection.ts'],
    ['src/adapters/sqlite-ledger/work/x.ts', '../../durable-file.ts', '../rows.ts'],
    ['src/main.ts', '#scripts/sample-card', '#sample-card/layouts'],
  ])('of %s: %s is refused, %s is not', (path, refused, allowed) => {
    expect(lint(path, refused)).toContain('lint/style/noRestrictedImports');
    expect(lint(path, allowed)).not.toContain('lint/style/noRestrictedImports');
  });
});

describe('circles', () => {
  const { imports: aliases } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const files = ['src', 'drivers', 'test', 'bench', 'scripts'].flatMap((folder) => tree(folder));
  const all = importsOf(ROOT, files, aliases);

  it('are nowhere, also not of types', () => {
    // As many as a walk of the imports must see at least, in each way of writing them.
    expect(all.get('src/station.ts')).toEqual(expect.arrayContaining(['src/desk/deps.ts', 'src/station/context.ts', 'src/events.ts']));
    expect(all.get('src/main.ts')).toContain('src/station.ts');
    expect(circlesIn(all)).toEqual([]);
  });

  it('would be found: of two, of many through each other, of one with itself, and not where two only share what they import', () => {
    const of = (imports: Readonly<Record<string, readonly string[]>>) => circlesIn(new Map(Object.entries(imports)));
    expect(of({ a: ['b'], b: ['a'], c: ['a'] })).toEqual([['a', 'b']]);
    expect(of({ a: ['b', 'd'], b: ['c'], c: ['a', 'd'], d: ['e'], e: ['d'], f: ['f'] })).toEqual([['d', 'e'], ['a', 'b', 'c'], ['f']]);
    expect(of({ a: ['b', 'c'], b: ['d'], c: ['d'], d: [] })).toEqual([]);
  });
});

it('keeps every room within its size', () => {
  const rooms = ['src', 'test/support'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()),
  );
  const sizes = Map.groupBy(rooms, ({ parentPath }) => parentPath.slice(ROOT.length + 1));
  expect(sizes.size).toBeGreaterThan(20);
  expect([...sizes].filter(([, files]) => files.length > FILES_MAX).map(([room, files]) => `${room}: ${files.length}`)).toEqual([]);
});

/** Every file of TypeScript below a folder. */
function tree(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => `${folder}/${path}`);
}

/** Text of the files below a folder of src, tests left out. */
function sources(folder: string): readonly { readonly path: string; readonly text: string }[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map((path) => ({ path: `${folder}/${path}`, text: readFileSync(join(ROOT, folder, path), 'utf8') }));
}

describe('ports', () => {
  /** Methods of each interface; Biome has put every member on a line of its own, two spaces in. */
  const interfaces = () =>
    sources('src/ports').flatMap(({ path, text }) =>
      Array.from(text.matchAll(/^(?:export )?interface (\w+)[^{]*\{\n(.*?)^\}/gms), ([, name, body = '']) => {
        const methods = body.split('\n').filter((line) => /^ {2}(?:readonly )?\w+\??(?:[(<]|: \()/.test(line));
        return { name: `${path} ${name}`, methods: methods.length };
      }),
    );

  it(`have no interface of more than ${METHODS_MAX} methods`, () => {
    const found = interfaces();
    expect(found.find(({ name }) => name.endsWith('WorkWriter'))?.methods).toBeGreaterThan(9);
    expect(found.filter(({ methods }) => methods > METHODS_MAX)).toEqual([]);
  });

  it('hold no code', () => {
    expect(sources('src/ports').filter(({ text }) => /^(export )?(abstract |async )?(class|function)\b|=> [{(]$/m.test(text))).toEqual([]);
  });
});

it('lets no rule speak SQL', () => {
  const rooms = ['domain', 'ports', 'steps', 'dock', 'intake', 'seal', 'derive', 'archive', 'evict', 'desk', 'serve', 'api', 'station'];
  const said = rooms.flatMap((room) => sources(`src/${room}`)).filter(({ text }) => OF_SQLITE.test(text));
  expect(said.map(({ path }) => path)).toEqual([]);
  expect(sources('src/adapters/sqlite-ledger').some(({ text }) => OF_SQLITE.test(text))).toBe(true);
});

it('has one owner of how a docking stands: nobody else begins one on the board, or writes its state', () => {
  const calls = sources('src').filter(({ text }) => /\.(openDocking|dockings\.setStatus)\(|\bstatus: DockingStatus\./.test(text));
  // An interruption is what a later process finds: it has no owner any more.
  expect(calls.map(({ path }) => path).sort()).toEqual([
    'src/adapters/sqlite-ledger/dockings/interrupt.ts',
    'src/steps/docking-statuses.ts',
  ]);
});
