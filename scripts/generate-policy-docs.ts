/* Writes docs/access-policy.md and config/access.schema.json from the schema of a policy file. */
import { writeFileSync } from 'node:fs';
import { policyReference, policySchemaText } from '../src/domain/access/policy-reference.ts';

writeFileSync(new URL('../docs/access-policy.md', import.meta.url), policyReference());
writeFileSync(new URL('../config/access.schema.json', import.meta.url), policySchemaText());
