// Goal: docs/access.md tells what each role may do as the station does it. Method: the table is made again of the same data, and compared.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ROUTES } from '#serve/routes';
import { TASK_TABLE, withTaskTable } from './task-table.ts';

it('docs/access.md has the table of tasks of today (node scripts/generate-access-docs.ts)', () => {
  const text = readFileSync(new URL('../../../docs/access.md', import.meta.url), 'utf8');
  expect(text.split(TASK_TABLE.begin)).toHaveLength(2);
  expect(text).toBe(withTaskTable(text, ROUTES));
});
