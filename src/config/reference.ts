import { environmentName, type Field, fieldsOf } from './load.ts';
import { ConfigSchema } from './schema.ts';

type Tree = Record<string, unknown>;

interface Section {
  readonly path: string;
  readonly title: string;
  readonly description: string;
  readonly fields: readonly Field[];
}

/** Sections in the schema's order, each with the fields that stand directly in it. */
function sections(): readonly Section[] {
  const found: Section[] = [];
  const visit = (schema: Tree, path: string) => {
    const properties = (schema['properties'] ?? {}) as Record<string, Tree>;
    if (path !== '') {
      const fields = fieldsOf().filter((field) => field.path.slice(0, field.path.lastIndexOf('.')) === path);
      found.push({ path, title: String(schema['title']), description: String(schema['description']), fields });
    }
    for (const [name, child] of Object.entries(properties))
      if (child['type'] === 'object') visit(child, path === '' ? name : `${path}.${name}`);
  };
  visit(ConfigSchema as unknown as Tree, '');
  return found;
}

function allowed(schema: Readonly<Tree>): string {
  const values = schema['enum'] as string[] | undefined;
  if (values) return values.map((value) => `\`${value}\``).join(', ');
  if (schema['type'] === 'integer')
    return `${String(schema['minimum'])} to ${String(schema['maximum'])}${schema['unit'] ? ` ${String(schema['unit'])}` : ''}`;
  if (schema['type'] === 'boolean') return '`true`, `false`';
  return schema['type'] === 'array' ? 'list' : 'text';
}

/** docs/config.md */
export function referenceMarkdown(): string {
  const lines = [
    '# Configuration',
    '',
    'Generated from `src/config/schema.ts` by `node scripts/generate-config-docs.ts`; a test fails when it is stale.',
    '',
    'One file, `config/station.yaml` (or `--config FILE`); what it leaves out keeps its default. An environment variable outranks the file,',
    '`--state-dir` outranks both. Secrets are better given as environment variables. The station reads its configuration once: a change needs a restart.',
    'A value that is not allowed stops the start with field, rule and value.',
    '',
  ];
  for (const { path, title, description, fields } of sections()) {
    lines.push(
      `## \`${path}\`: ${title}`,
      '',
      description,
      '',
      '| field | allowed | default | meaning | environment |',
      '|---|---|---|---|---|',
    );
    for (const field of fields) {
      const { schema } = field;
      const name = field.path.slice(path.length + 1);
      const note = schema['secret'] === true ? ' *Secret.*' : '';
      lines.push(
        `| \`${name}\` | ${allowed(schema)} | \`${JSON.stringify(schema['default'])}\` | ${String(schema['description'])}${note} | \`${environmentName(field.path)}\` |`,
      );
    }
    lines.push('');
  }
  lines.push(...PATTERNS);
  return `${lines.join('\n')}\n`;
}

const PATTERNS = [
  '## Name patterns of your own',
  '',
  'A recorder whose names no driver reads can be taught in `intake.patterns`, without code. The regular expression sees the whole path on the card',
  '(`/` between parts), case ignored. Named groups with a meaning: `device`, `officer`, `date` (YYYYMMDD, also with `_` or `-`), `time` (HHMMSS,',
  'likewise), `sequence`, `part` (a number or a letter), `capture`, `lens` (recordings of two lenses are kept apart), `mark` (anything: important), `stem`.',
  '',
  'Segments are joined by `sequence` or by `part` ([design.md](design.md), "One take"). Beside `kind`, `important` and `sidecar` a pattern may say: `sequenceMax`, the',
  'largest number before they begin again with 0 or 1 (left out: nines, as many as the name has digits); `part`, for names of a first chapter that has no number;',
  '`firstPart`, if that of a take is not 1; `partTime`: the time in the names of parts is when the `segment` began (left out), when the `take` did, or `either`;',
  '`contiguousMs`, the longest silence between two segments (left out: what the driver of the recorder says, 2000 for one that none knows).',
  '',
  '```yaml',
  'intake:',
  '  patterns:',
  '    - name: our handheld terminals',
  "      regex: '^REC/(?<officer>[0-9]{6})-(?<date>[0-9]{8})-(?<time>[0-9]{6})\\.mp4$'",
  '      kind: video',
  '      example: REC/041234-20260620-153012.mp4',
  '```',
];

/** config/station.example.yaml: every field with its default, commented. */
export function exampleYaml(): string {
  const lines = ['# Evidock station: every field with its default. Generated from src/config/schema.ts; see docs/config.md.', ''];
  for (const { path, title, description, fields } of sections()) {
    const depth = path.split('.').length - 1;
    const indent = '  '.repeat(depth);
    lines.push(`${indent}# ${title}: ${description}`, `${indent}${path.split('.').at(-1)}:`);
    for (const { path: fieldPath, schema } of fields) {
      const unit = schema['unit'] ? ` (${String(schema['unit'])})` : '';
      lines.push(`${indent}  # ${String(schema['description'])}${unit}`);
      lines.push(`${indent}  ${fieldPath.slice(path.length + 1)}: ${JSON.stringify(schema['default'])}`);
    }
    if (path !== 'archive') lines.push('');
  }
  return `${lines.join('\n').trimEnd()}\n`;
}
