/* Writes docs/access-policy.md and config/access.schema.json from the schema of a policy file. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { policyReference, policySchemaText } from '../src/domain/access/policy-reference.ts';

writeFileSync(new URL('../docs/access-policy.md', import.meta.url), policyReference());
const schema = fileURLToPath(new URL('../config/access.schema.json', import.meta.url));
writeFileSync(schema, policySchemaText());
// The formatter has its own way of breaking lines.
execFileSync('npx', ['biome', 'format', '--write', schema]);
