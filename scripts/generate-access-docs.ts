import { readFileSync, writeFileSync } from 'node:fs';
import { withTaskTable } from '#serve/contract/task-table';
import { ROUTES } from '#serve/routes';

const file = new URL('../docs/access.md', import.meta.url);
writeFileSync(file, withTaskTable(readFileSync(file, 'utf8'), ROUTES));
