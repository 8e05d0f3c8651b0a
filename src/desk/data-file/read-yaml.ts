import type { Static, TSchema } from 'typebox';
import { Errors } from 'typebox/value';
import { LineCounter, parseDocument, type Document as YamlDocument } from 'yaml';
import { EvidockError } from '#domain/errors';
import { because, type Reason } from '#domain/reason';

/** More faults than this are not told one by one. */
const FAULTS_MAX = 20;
/** Places where a file may repeat what it says elsewhere (YAML aliases): a small file must not become a large one. */
const ALIASES_MAX = 100;
/** Said twice: the keyword beside it names the field. */
const SAID_BESIDE = new Set(['boolean', 'anyOf']);

type Path = readonly (string | number)[];

/** What is wrong in a file, and where in it. */
interface Trouble {
  readonly path: Path;
  readonly why: Reason;
}

interface Form<Schema extends TSchema> {
  readonly schema: Schema;
  readonly bytesMax: number;
  /** Name for people. */
  readonly file: string;
}

interface YamlFile<Value> {
  readonly value: Value;
  /** config.invalid with each trouble, its line, its place in the file and what would be right. */
  refusal(troubles: readonly Trouble[]): EvidockError;
}

/** Reads a YAML file that a site writes. Throws config.invalid with every fault of its form, each with its line and its place in the file. */
export function readYaml<Schema extends TSchema>(text: string, { schema, bytesMax, file }: Form<Schema>): YamlFile<Static<Schema>> {
  if (Buffer.byteLength(text) > bytesMax) throw refused(file, [because('too-many-bytes', { bytes: bytesMax })]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const broken = [...document.errors, ...document.warnings];
  if (broken.length > 0) {
    const at = (offset: number) => lines.linePos(offset).line;
    throw refused(
      file,
      broken.map(({ pos, message }) => because('at-line', { line: at(pos[0]), why: because('yaml-unusable', { text: message }) })),
    );
  }
  const value = contentOf(document, file);
  const refusal = (troubles: readonly Trouble[]) =>
    refused(
      file,
      troubles.map((each) => placed(document, lines, each)),
    );
  const shape = shapeTroubles(schema, value);
  if (shape.length > 0) throw refusal(shape);
  return { value: value as Static<Schema>, refusal };
}

function contentOf(document: YamlDocument, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: ALIASES_MAX });
  } catch (error) {
    throw refused(file, [because('yaml-unusable', { text: error instanceof Error ? error.message : String(error) })]);
  }
}

function shapeTroubles(schema: TSchema, value: unknown): readonly Trouble[] {
  return Errors(schema, value)
    .filter(({ keyword }) => !SAID_BESIDE.has(keyword))
    .flatMap(({ keyword, instancePath, params }) => {
      const path = pathOf(instancePath);
      const names = (list: unknown) => (Array.isArray(list) ? list.map(String) : []);
      const given = params as Readonly<Record<string, unknown>>;
      if (keyword === 'additionalProperties')
        return names(given['additionalProperties']).map((name) => ({ path: [...path, name], why: because('no-such-name', { name }) }));
      if (keyword === 'required')
        return names(given['requiredProperties']).map((name) => ({ path, why: because('name-missing', { name }) }));
      return [{ path, why: ruleBroken(keyword, given, value, path) }];
    });
}

function ruleBroken(keyword: string, params: Readonly<Record<string, unknown>>, value: unknown, path: Path): Reason {
  const found = JSON.stringify(path.reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], value)) ?? '—';
  const limit = Number(params['limit']);
  switch (keyword) {
    case 'enum':
      return because('must-be-one-of', { value: found, names: (params['allowedValues'] as readonly string[]).map(String) });
    case 'const':
      return because('must-be-exactly', { value: found, wanted: String(params['allowedValue']) });
    case 'type':
      return because('must-be-type', { value: found, wanted: String(params['type']) });
    case 'minItems':
      return because('list-empty', {});
    case 'maxItems':
      return because('list-long', { limit });
    case 'uniqueItems':
      return because('said-twice', {});
    case 'minimum':
    case 'exclusiveMinimum':
      return because('at-least', { value: found, limit });
    case 'maximum':
    case 'exclusiveMaximum':
      return because('at-most', { value: found, limit });
    case 'minLength':
      return because('text-empty', {});
    case 'maxLength':
      return because('text-long', { limit });
    case 'pattern':
      return because('text-form', { value: found });
    default:
      return because('of-wrong-form', { value: found });
  }
}

/** With the line of what it is about, or of the nearest thing around that. */
function placed(document: YamlDocument, lines: LineCounter, { path, why }: Trouble): Reason {
  const line = lines.linePos(offsetOf(document, path)).line;
  return because('at-line-path', { line, path: pathText(path), why });
}

function offsetOf(document: YamlDocument, path: Path): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)) return Number(node.range[0]);
  }
  return 0;
}

function pathOf(pointer: string): Path {
  const names = pointer.split('/').slice(1);
  return names.map((name) => (/^\d+$/.test(name) ? Number(name) : name.replaceAll('~1', '/').replaceAll('~0', '~')));
}

/** `rules[3].which.daysMin` */
function pathText(path: Path): string {
  return (
    path
      .map((name) => (typeof name === 'number' ? `[${name}]` : `.${name}`))
      .join('')
      .replace(/^\./, '') || '—'
  );
}

function refused(file: string, whys: readonly Reason[]): EvidockError {
  const told = whys.slice(0, FAULTS_MAX);
  const why = because('several', { whys: told });
  const more = whys.length > told.length ? because('and-more', { whys: told, count: whys.length - told.length }) : why;
  return new EvidockError('config.invalid', because('file-refused', { file, why: more }));
}
