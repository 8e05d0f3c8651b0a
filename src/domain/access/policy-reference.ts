import { PolicyFileSchema } from './policy-schema.ts';
import { ROLES } from './roles.ts';

interface Node {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly description?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
}

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
    ...rowsOf(PolicyFileSchema as unknown as Node, ''),
    '',
  ].join('\n');
}

function rowsOf({ properties = {}, required = [] }: Node, prefix: string): readonly string[] {
  return Object.entries(properties).flatMap(([name, node]) => {
    const path = `${prefix}${name}`;
    const list = node.type === 'array' && node.items?.type === 'object';
    const row = `| \`${path}${list ? '[]' : ''}\` | ${required.includes(name) ? 'needed' : ''} | ${allowedIn(node)} | ${node.description ?? node.items?.description ?? ''} |`;
    const inner = list ? node.items : node;
    return [row, ...(inner ? rowsOf(inner, `${path}${list ? '[]' : ''}.`) : [])];
  });
}

function allowedIn(node: Node): string {
  if (node.const !== undefined) return `\`${String(node.const)}\``;
  if (node.enum?.join() === ROLES.join()) return 'roles';
  if (node.enum) return node.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (node.type === 'array') {
    const limits = [node.minItems ? `at least ${node.minItems}` : '', node.maxItems ? `at most ${node.maxItems}` : ''].filter(
      (each) => each !== '',
    );
    return ['list', node.items?.enum ? `of ${allowedIn(node.items)}` : '', ...limits]
      .filter((each) => each !== '')
      .join(', ')
      .replace('list, of', 'list of');
  }
  if (node.type === 'integer') return `${node.minimum} to ${node.maximum}`;
  if (node.type === 'boolean') return '`true` or `false`';
  if (node.type === 'object') return 'section';
  return node.pattern ? 'lower-case letters and digits, single hyphens between' : 'text';
}
