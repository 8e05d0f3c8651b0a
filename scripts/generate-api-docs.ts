import { readFileSync, writeFileSync } from 'node:fs';
import { apiReference, GENERATED } from '#serve/contract/reference';

// The introduction is written by hand and stays as it is.
const file = new URL('../docs/api.md', import.meta.url);
const [introduction = ''] = readFileSync(file, 'utf8').split(GENERATED);
writeFileSync(file, introduction + apiReference());
