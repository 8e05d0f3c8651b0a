import { ROUTES } from '#serve/routes';
import { openApiOf } from './openapi.ts';

/*
 * Writes the types of the console's client from the OpenAPI document, so that no type of the API is written twice. openapi-typescript does not install beside
 * TypeScript 7 (docs/decisions/0069); the schemas of the contract use few keywords, and a keyword that is not among them stops the generator.
 */

/** What a schema of the document may consist of. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly description?: string;
}

interface Parameter {
  readonly $ref?: string;
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly schema: Schema;
}

interface Operation {
  readonly summary: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** Keywords that say nothing of a type. */
const BOUNDS = [
  'minLength',
  'maxLength',
  'pattern',
  'minimum',
  'maximum',
  'minItems',
  'maxItems',
  'default',
  'description',
  'format',
  'examples',
  'uniqueItems',
];
const TYPES = [
  '$ref',
  'type',
  'enum',
  'const',
  'properties',
  'required',
  'items',
  'anyOf',
  'oneOf',
  'patternProperties',
  'additionalProperties',
];
const WORDS: Readonly<Record<string, string>> = { string: 'string', integer: 'number', number: 'number', boolean: 'boolean', null: 'null' };
/** Written by hand beside the catalogue of messages, whose functions take them. */
const OF_MESSAGES: Readonly<Record<string, string>> = { Reason: 'Reason' };
const NOTHING = 'Record<string, never>';
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/** The text of src/console/client/api.ts. */
export function consoleClient(): string {
  const { paths, components } = openApiOf(ROUTES, '') as unknown as Document;
  const schemas = Object.entries(components.schemas).map(
    ([name, schema]) => `  readonly ${name}: ${OF_MESSAGES[name] ?? typeOf(schema, name)};`,
  );
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    METHODS.flatMap((method) => {
      const operation = methods[method];
      return operation ? [`  /** ${operation.summary} */\n  readonly '${method.toUpperCase()} ${path}': ${routeType(operation)};`] : [];
    }),
  );
  return [
    '// Written by scripts/generate-console-client.ts from the OpenAPI document of the station; a test compares them.',
    "import type { Reason } from '#messages/reason';",
    '',
    '/** An answer that is no JSON: pages name its address and let the browser read it. */',
    'export interface Bytes { readonly bytes: true }',
    '/** A stream of events. */',
    'export interface Events<Event> { readonly events: Event }',
    '',
    '/** By its name in the document: the form of what the API takes and answers. */',
    'export interface Schemas {',
    ...schemas,
    '}',
    '',
    '/** By method and path: what a request takes, and what it is answered with. */',
    'export interface Routes {',
    ...routes,
    '}',
    '',
  ].join('\n');
}

function routeType({ parameters = [], requestBody, responses }: Operation): string {
  const own = parameters.filter(({ $ref }) => $ref === undefined);
  const fields = (place: 'path' | 'query') =>
    own
      .filter((parameter) => parameter.in === place)
      .map(({ name, required, schema }) => `readonly ${keyOf(name)}${required ? '' : '?'}: ${typeOf(schema, name)}`);
  const body = requestBody ? Object.values(requestBody.content)[0] : undefined;
  const answers = ['200', '201'].flatMap((status) => {
    const response = responses[status];
    if (!response) return [];
    const [media] = Object.entries(response.content ?? {});
    if (!media) return ['null'];
    const [type, { schema }] = media;
    return [
      type === 'application/json' ? typeOf(schema, status) : type === 'text/event-stream' ? `Events<${typeOf(schema, status)}>` : 'Bytes',
    ];
  });
  if (responses['204']) answers.push('null');
  const parts = [
    `readonly path: ${grouped(fields('path'))}`,
    `readonly query: ${grouped(fields('query'))}`,
    `readonly body: ${body ? typeOf(body.schema, 'body') : 'null'}`,
    `readonly answer: ${[...new Set(answers)].join(' | ') || 'null'}`,
  ];
  return `{ ${parts.join('; ')} }`;
}

function typeOf(schema: Schema, where: string): string {
  for (const keyword of Object.keys(schema))
    if (!BOUNDS.includes(keyword) && !TYPES.includes(keyword)) throw new Error(`${where}: the generator does not know ${keyword}`);
  const { $ref, anyOf, oneOf, items, patternProperties, additionalProperties } = schema;
  if ($ref !== undefined) return `Schemas['${$ref.split('/').at(-1)}']`;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const choices = anyOf ?? oneOf;
  if (choices) return choices.map((choice) => typeOf(choice, where)).join(' | ');
  const types = [schema.type ?? []].flat();
  return (
    types
      .map((type) => {
        if (type === 'array') return `readonly (${items ? typeOf(items, where) : 'unknown'})[]`;
        if (type !== 'object') return WORDS[type] ?? failed(`${where}: the generator does not know the type ${type}`);
        if (schema.properties) return objectType(schema, where);
        const [values] = Object.values(patternProperties ?? {});
        const each = values ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined);
        return `Readonly<Record<string, ${each ? typeOf(each, where) : 'unknown'}>>`;
      })
      .join(' | ') || 'unknown'
  );
}

function objectType({ properties = {}, required = [] }: Schema, where: string): string {
  const fields = Object.entries(properties).map(([name, schema]) => {
    const text = schema.description === undefined ? '' : `/** ${schema.description.replaceAll('*/', '* /')} */ `;
    return `${text}readonly ${keyOf(name)}${required.includes(name) ? '' : '?'}: ${typeOf(schema, `${where}.${name}`)}`;
  });
  return grouped(fields);
}

function grouped(fields: readonly string[]): string {
  return fields.length === 0 ? NOTHING : `{ ${fields.join('; ')} }`;
}

function keyOf(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}

function failed(text: string): never {
  throw new Error(text);
}
