import { fieldRows } from '#domain/data-file/reference';
import { PolicyFileSchema } from './policy-schema.ts';
import { ROLES } from './roles.ts';

/** The schema of a policy file as JSON Schema, for editors and other programs. */
export function policySchemaText(): string {
  const schema = { $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'Evidock: who may look', ...PolicyFileSchema };
  return `${JSON.stringify(schema)}\n`;
}

/** What can stand in a policy file: a row for each field, made from the schema. */
export function policyReference(): string {
  return [
    '# The policy file',
    '',
    'Made from the schema (`node scripts/generate-policy-docs.ts`), which is [config/access.schema.json](../config/access.schema.json). How the policy comes in force: [access.md](access.md#the-policy).',
    'The one that comes with the software is [config/access.yaml](../config/access.yaml); [config/access.en.yaml](../config/access.en.yaml) is an example in English.',
    '',
    `Roles: ${ROLES.map((role) => `\`${role}\``).join(', ')}.`,
    '',
    '| field | | value | meaning |',
    '|---|---|---|---|',
    ...fieldRows(PolicyFileSchema, { values: ROLES, word: 'roles' }),
    '',
  ].join('\n');
}
