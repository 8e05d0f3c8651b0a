import { ROUTES } from '#serve/routes';
import { openApiOf } from './openapi.ts';

/** Below this line docs/api.md is generated from the document. */
export const GENERATED = '<!-- Below: node scripts/generate-api-docs.ts -->';

interface Named {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly description?: string;
  readonly schema: Schema;
}
interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly properties?: Record<string, Schema>;
  readonly required?: readonly string[];
  readonly description?: string;
}
type Content = Record<string, { readonly schema: Schema; readonly example?: unknown }>;
interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly (Named | { readonly $ref: string })[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Record<string, { readonly content?: Content; readonly $ref?: string }>;
  readonly 'x-evidock-kind': string;
  readonly 'x-evidock-needs': string;
  readonly 'x-evidock-custody': readonly string[];
}
interface Document {
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, Schema>; readonly parameters: Record<string, Named> };
}

const VALUES_SHOWN = 12;

/** The generated part of docs/api.md, from its first line on: every route by its tag, then every schema. */
export function apiReference(): string {
  const document = openApiOf(ROUTES, '') as unknown as Document;
  const lines = [GENERATED, '', '# Routes', ''];
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  for (const { name, description } of document.tags) {
    lines.push(`## ${name}`, '', description, '');
    for (const each of operations.filter(({ operation }) => operation.tags[0] === name)) lines.push(...operationLines(each, document));
  }
  lines.push('# Schemas', '');
  for (const [name, schema] of Object.entries(document.components.schemas)) lines.push(...schemaLines(name, schema));
  return `${lines.join('\n').trimEnd()}\n`;
}

function operationLines({ path, method, operation }: { path: string; method: string; operation: Operation }, document: Document): string[] {
  const { parameters = [], requestBody, responses } = operation;
  const custody = operation['x-evidock-custody'];
  const rows = parameters.map((each) => ('$ref' in each ? document.components.parameters[each.$ref.split('/').at(-1) ?? ''] : each));
  const headers = rows.filter((each) => each?.in === 'header').map((each) => `\`${each?.name}\``);
  const others = rows.filter((each) => each !== undefined && each.in !== 'header');
  const body = Object.values(requestBody?.content ?? {})[0];
  const problems = Object.entries(responses).filter(([, { $ref }]) => $ref !== undefined);
  const facts = [
    `${operation['x-evidock-kind']}, ${operation['x-evidock-needs']}`,
    ...(custody.length > 0 ? [`custody: ${custody.map((type) => `\`${type}\``).join(', ')}`] : []),
    ...(headers.length > 0 ? [`headers: ${headers.join(', ')}`] : []),
  ];
  return [
    `### ${method} ${path}`,
    '',
    `${operation.summary}. (${facts.join('; ')})`,
    '',
    ...(others.length > 0 ? ['| parameter | in | |', '|---|---|---|', ...others.map((each) => parameterRow(each as Named)), ''] : []),
    ...(body ? [`Body: ${typeOf(body.schema)}.${exampleOf(body.example)}`, ''] : []),
    `Answers: ${Object.entries(responses)
      .filter(([, { $ref }]) => $ref === undefined)
      .map(answerText)
      .join('; ')}; problems ${problems.map(([status]) => status).join(', ')}.`,
    '',
  ];
}

const parameterRow = ({ name, in: place, required, description = '', schema }: Named) =>
  `| \`${name}\`${required ? '' : ', optional'} | ${place} | ${cell([typeOf(schema), description].filter((part) => part !== '').join('; '))} |`;

const cell = (text: string) => text.replaceAll('|', '\\|');

function answerText([status, { content }]: [string, { readonly content?: Content }]): string {
  const [type, media] = Object.entries(content ?? {})[0] ?? [];
  if (type === undefined || media === undefined) return status;
  return `${status} ${type === 'application/json' ? '' : `\`${type}\` of `}${typeOf(media.schema)}`;
}

function exampleOf(example: unknown): string {
  return example === undefined ? '' : ` For example \`${JSON.stringify(example)}\`.`;
}

function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split('/').at(-1) ?? '';
    return `[${name}](#${name.toLowerCase()})`;
  }
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum) {
    const shown = schema.enum.slice(0, VALUES_SHOWN).map((value) => `\`${value}\``);
    return shown.join(', ') + (schema.enum.length > VALUES_SHOWN ? ', …' : '');
  }
  const several = schema.anyOf ?? schema.oneOf;
  if (several) return [...new Set(several.map(typeOf))].join(' or ');
  if (schema.items) return `list of ${typeOf(schema.items)}`;
  if (schema.properties)
    return `{ ${Object.entries(schema.properties)
      .map(([name, property]) => `${name}: ${typeOf(property)}`)
      .join(', ')} }`;
  return [schema.type ?? 'any'].flat().join(' or ');
}

function schemaLines(name: string, schema: Schema): string[] {
  const { properties, required = [], description } = schema;
  const head = [`### ${name}`, '', ...(description === undefined ? [] : [description, ''])];
  if (!properties) return [...head, typeOf(schema), ''];
  const rows = Object.entries(properties).map(
    ([field, property]) =>
      `| \`${field}\`${required.includes(field) ? '' : ', optional'} | ${cell(typeOf(property))} | ${cell(property.description ?? '')} |`,
  );
  return [...head, '| field | | |', '|---|---|---|', ...rows, ''];
}
