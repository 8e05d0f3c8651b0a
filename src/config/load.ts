import { readFileSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { IANAZone } from 'luxon';
import { Errors } from 'typebox/value';
import { parse } from 'yaml';
import { compilePatterns } from '#domain/card/facts';
import { compileLeftovers } from '#domain/card/leftovers';
import { errnoOf } from '#domain/errno';
import { EvidockError, errnoText } from '#domain/errors';
import { because, type Reason } from '#domain/reason';
import { checkHeartbeat } from './heartbeat-section.ts';
import { checkHttp } from './http-rules.ts';
import { checkNotices } from './notices-section.ts';
import { checkOidc } from './oidc-rules.ts';
import { type Config, ConfigSchema, DEFAULT_QUEUE_PREFIX, DEFAULT_STATION_ID } from './schema.ts';

type Tree = Record<string, unknown>;
type Origin = 'default' | 'file' | 'environment' | 'command-line';

/** One field of the schema: where it stands and what the schema says of it. */
export interface Field {
  /** `archive.s3.bucket` */
  readonly path: string;
  readonly schema: Readonly<Tree>;
}

export interface ExplainedField {
  readonly path: string;
  /** `***` for a secret that is set; of a URL whose path may be a key only the server. */
  readonly value: unknown;
  readonly from: Origin;
  /** The variable that outranks the file. */
  readonly environment: string;
}

export interface LoadOptions {
  /** `--config`; null: config/station.yaml below `root` if it is there, else defaults. */
  readonly file: string | null;
  /** `--state-dir`. */
  readonly state: string | null;
  /** For a worker: the id of the station whose work it takes, from its invitation. */
  readonly stationId?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The checkout or installation. */
  readonly root: string;
}

/** Every field of the schema, in its order. */
export function fieldsOf(schema: Readonly<Tree> = ConfigSchema as unknown as Tree, prefix = ''): readonly Field[] {
  const properties = (schema['properties'] ?? {}) as Record<string, Tree>;
  return Object.entries(properties).flatMap(([name, child]) => {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    return child['type'] === 'object' ? fieldsOf(child, path) : [{ path, schema: child }];
  });
}

/** `archive.s3.accessKeyId` → `EVIDOCK_ARCHIVE_S3_ACCESS_KEY_ID` */
export function environmentName(path: string): string {
  return `EVIDOCK_${path
    .replaceAll('.', '_')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toUpperCase()}`;
}

/** Reads, completes and checks the configuration. Throws config.invalid with field, rule and value. */
export function loadConfig(options: LoadOptions): { config: Config; explained: readonly ExplainedField[] } {
  const tree: Tree = {};
  const origins = new Map<string, Origin>();
  for (const { path, schema } of fieldsOf()) put(tree, path, structuredClone(schema['default']));
  const fromFile = readFile(options);
  merge(tree, fromFile, '', origins);
  for (const { path, schema } of fieldsOf()) {
    const text = options.env[environmentName(path)];
    if (text === undefined) continue;
    put(tree, path, fromText(text, schema));
    origins.set(path, 'environment');
  }
  if (options.state !== null) {
    put(tree, 'station.state', resolve(options.state));
    origins.set('station.state', 'command-line');
  }
  if (options.stationId !== undefined) put(tree, 'station.id', options.stationId);
  checkSchema(tree);
  const config = tree as unknown as Config;
  if (config.station.state === '') put(tree, 'station.state', resolve(options.root, 'var'));
  checkRules(config);
  const explained = fieldsOf().map(({ path, schema }) => {
    return { path, value: shown(get(tree, path), schema), from: origins.get(path) ?? 'default', environment: environmentName(path) };
  });
  return { config, explained };
}

/** A value as anybody may read it who administers the station. */
function shown(value: unknown, { secret }: Readonly<Tree>): unknown {
  if (secret === undefined || value === '') return value;
  const server = secret === 'path' && URL.canParse(String(value)) ? new URL(String(value)) : null;
  return server ? `${server.protocol}//${server.host}/***` : '***';
}

function readFile(options: LoadOptions): Tree {
  const file = options.file ?? resolve(options.root, 'config/station.yaml');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (options.file === null && errnoOf(error) === 'ENOENT') return {};
    throw new EvidockError('config.invalid', because('cannot-read', { thing: file, errno: errnoText(error) }), error);
  }
  let parsed: unknown;
  try {
    parsed = parse(text, { maxAliasCount: 100 });
  } catch (error) {
    throw new EvidockError(
      'config.invalid',
      because('not-yaml', { file, text: (error instanceof Error ? error.message.split('\n')[0] : undefined) ?? String(error) }),
      error,
    );
  }
  if (parsed === null || parsed === undefined) return {};
  if (!isTree(parsed)) throw new EvidockError('config.invalid', because('no-mapping', { file }));
  return parsed;
}

/** Puts what the file says over the defaults; a name that the schema does not know is refused here, by its path. */
function merge(into: Tree, from: Tree, prefix: string, origins: Map<string, Origin>): void {
  for (const [name, value] of Object.entries(from)) {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    if (!Object.hasOwn(into, name)) throw new EvidockError('config.invalid', because('no-such-field', { path }));
    const present = into[name];
    if (isTree(present) && value === null) continue;
    if (isTree(present)) {
      if (!isTree(value)) throw new EvidockError('config.invalid', because('not-a-section', { path, value: JSON.stringify(value) }));
      merge(present, value, path, origins);
    } else {
      into[name] = value;
      origins.set(path, 'file');
    }
  }
}

/** The environment knows only text: numbers, flags and lists are read from it as the schema asks. A list may be JSON or separated by colons. */
function fromText(text: string, schema: Readonly<Tree>): unknown {
  if (schema['type'] === 'integer' && /^-?\d+$/.test(text)) return Number(text);
  if (schema['type'] === 'boolean' && /^(true|false)$/.test(text)) return text === 'true';
  if (schema['type'] !== 'array') return text;
  if (!text.trimStart().startsWith('[')) return text === '' ? [] : text.split(':');
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function checkSchema(tree: Tree): void {
  const [first] = Errors(ConfigSchema, tree);
  if (!first) return;
  const path = first.instancePath.replace(/^\//, '').replaceAll('/', '.');
  const field = fieldsOf().find((each) => path === each.path || path.startsWith(`${each.path}.`));
  const value = field?.schema['secret'] === undefined ? JSON.stringify(get(tree, path)) : '***';
  throw new EvidockError('config.invalid', because('against-schema', { path, text: `${first.message}${ruleOf(field)}`, value }));
}

function ruleOf(field: Field | undefined): string {
  const {
    minimum,
    maximum,
    pattern,
    enum: values,
  } = (field?.schema ?? {}) as { minimum?: number; maximum?: number; pattern?: string; enum?: string[] };
  if (minimum !== undefined) return ` (${minimum} to ${maximum})`;
  if (values !== undefined) return ` (${values.join(', ')})`;
  return pattern === undefined ? '' : ` (${pattern})`;
}

/** Checks the rules that the schema cannot express. */
function checkRules(config: Config): void {
  const { station, archive, http, intake, queue, dock, work } = config;
  const refuse = (path: string, why: Reason, value: unknown) => {
    const { schema = {} } = fieldsOf().find((field) => field.path === path) ?? {};
    throw new EvidockError('config.invalid', because('against-rule', { path, why, value: JSON.stringify(shown(value, schema)) }));
  };
  if (!IANAZone.isValidZone(station.timezone)) refuse('station.timezone', because('must-be-zone', {}), station.timezone);
  checkHttp(http, refuse);
  checkNotices(config.notices, refuse);
  checkHeartbeat(config.heartbeat, refuse);
  if (archive.kind === 'disk' && archive.directory === '')
    refuse('archive.directory', because('needed-when', { field: 'archive.kind', value: 'disk' }), archive.directory);
  if (archive.kind === 's3') {
    if (!URL.canParse(archive.s3.endpoint) || !/^https?:/.test(archive.s3.endpoint))
      refuse('archive.s3.endpoint', because('must-be-url', {}), archive.s3.endpoint);
    if (archive.s3.bucket === '')
      refuse('archive.s3.bucket', because('needed-when', { field: 'archive.kind', value: 's3' }), archive.s3.bucket);
  }
  if (queue.url !== '' && !/^rediss?:\/\/./.test(queue.url)) refuse('queue.url', because('must-be-redis', {}), queue.url);
  if (work.listen !== '' && queue.url === '') refuse('work.listen', because('needs-queue', {}), work.listen);
  const shared = whatIsShared(config);
  if (shared !== null && station.id === DEFAULT_STATION_ID)
    throw new EvidockError('config.default-id', because('default-id', { id: DEFAULT_STATION_ID, field: shared }));
  if (dock.wipe === 'after-archived' && archive.kind === 'none') refuse('dock.wipe', because('wipe-needs-archive', {}), dock.wipe);
  const { lowWater, highWater } = config.eviction;
  if (lowWater > highWater) refuse('eviction.lowWater', because('above-high-water', {}), lowWater);
  checkOidc(config.oidc, refuse);
  if (config.access.policy !== '' && !isAbsolute(config.access.policy))
    refuse('access.policy', because('must-be-absolute', {}), config.access.policy);
  const { schedule, holidays } = config.retention;
  for (const [field, path] of Object.entries({ schedule, holidays }))
    if (path !== '' && !isAbsolute(path)) refuse(`retention.${field}`, because('must-be-absolute', {}), path);
  compilePatterns(intake.patterns);
  compileLeftovers(intake.leftovers);
}

/** The first field that shows that other stations may use the same queue or archive; null if there is none. */
function whatIsShared({ queue, archive: { s3 } }: Config): string | null {
  if (queue.url !== '') return 'queue.url';
  if (queue.prefix !== DEFAULT_QUEUE_PREFIX) return 'queue.prefix';
  if (s3.bucket !== '') return 'archive.s3.bucket';
  return s3.prefix === '' ? null : 'archive.s3.prefix';
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function put(tree: Tree, path: string, value: unknown): void {
  const names = path.split('.');
  const last = names.pop() ?? '';
  let at = tree;
  for (const name of names) {
    const next = at[name];
    if (isTree(next)) at = next;
    else {
      const fresh: Tree = {};
      at[name] = fresh;
      at = fresh;
    }
  }
  at[last] = value;
}

function get(tree: Tree, path: string): unknown {
  let at: unknown = tree;
  for (const name of path.split('.')) at = typeof at === 'object' && at !== null ? (at as Tree)[name] : undefined;
  return at;
}
