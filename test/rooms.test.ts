/*
 * Goal: the import rule of docs/design.md ("The house") is linted, and no room has over 40 files.
 * Method: one breach for each room goes to Biome as the text of a file in that room, with an import beside it that is allowed; files are counted on the disk.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '#test/support/evidock';

const FILES_MAX = 40;

function lint(path: string, imported: string): string {
  const { stdout, stderr } = spawnSync(
    join(ROOT, 'node_modules/.bin/biome'),
    ['lint', '--only=style/noRestrictedImports', `--stdin-file-path=${path}`],
    {
      cwd: ROOT,
      input: `import { thing } from '${imported}';\nexport const other = thing;\n`,
      encoding: 'utf8',
    },
  );
  return stdout + stderr;
}

describe('the import rule', () => {
  it.each([
    ['src/domain/card/x.ts', '#ports/ledger', '#domain/errors'],
    ['src/domain/card/x.ts', '../errors.ts', './path.ts'],
    ['src/ports/x.ts', '#steps/group-commit', '#domain/errors'],
    ['src/steps/x.ts', '#desk/tagging', '#ports/ledger'],
    ['src/seal/x.ts', '#intake/session', '#steps/group-commit'],
    ['src/seal/x.ts', '#desk/tagging', '#events'],
    ['src/desk/x.ts', '#serve/server', '#steps/record-suggestions'],
    ['src/desk/x.ts', '#api/common', '#ports/ledger'],
    ['src/api/x.ts', '#ports/slot-board', '#domain/docking'],
    ['src/serve/x.ts', '#adapters/token-bucket', '#desk/tagging'],
    ['src/serve/x.ts', '#seal/seal-stage', '#api/common'],
    ['src/cli/x.ts', '#serve/server', '#desk/verify'],
    ['src/cli/x.ts', '#adapters/token-bucket', '#api/work'],
    ['src/adapters/disk/x.ts', '../bullmq-queue/private-redis.ts', '../durable-file.ts'],
    ['src/adapters/disk/x.ts', '#desk/tagging', '#ports/vault'],
    ['src/main.ts', '#scripts/sample-card', '#sample-card/layouts'],
  ])('of %s: %s is refused, %s is not', (path, refused, allowed) => {
    expect(lint(path, refused)).toContain('noRestrictedImports');
    expect(lint(path, allowed)).not.toContain('noRestrictedImports');
  });
});

it('keeps every room within its size', () => {
  const rooms = readdirSync(join(ROOT, 'src'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const sizes = Map.groupBy(rooms, ({ parentPath }) => parentPath.slice(ROOT.length + 1));
  expect(sizes.size).toBeGreaterThan(20);
  expect([...sizes].filter(([, files]) => files.length > FILES_MAX).map(([room, files]) => `${room}: ${files.length}`)).toEqual([]);
});
