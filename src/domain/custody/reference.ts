import type { TSchema } from 'typebox';
import { STATION } from './actor.ts';
import { CUSTODY_TYPES, entryTypeOf } from './catalogue.ts';
import type { EntryType } from './define-entry.ts';
import { CUSTODY_GENESIS, sealEntry } from './entry.ts';

/** Time in the examples, ms since 1970 UTC. */
const EXAMPLE_MS = Date.UTC(2026, 5, 20, 8, 0, 0);
const SALT = new Uint8Array(32);

/** By name of a field: its meaning in every entry, where the declaration does not say more. */
const MEANINGS: { readonly [name: string]: string } = {
  findings: 'What is wrong, each with its kind (design.md, "Storage locks").',
  ...{ recording: 'Id of the recording.', original: 'Id of the original.', originals: 'Ids of originals.', docking: 'Id of the docking.' },
  ...{
    recorder: 'Serial of the recorder.',
    driver: 'Id of the driver.',
    score: 'How well it matches, 0 to 100.',
    vendorId: 'Of USB.',
    productId: 'Of USB.',
  },
  ...{
    port: 'USB port (`1-4.2`) or absolute path.',
    slot: 'Number of the slot.',
    before: 'Its slot before.',
    moved: 'The port that had the slot, and its new one.',
  },
  ...{ files: 'How many files.', known: 'Of those, sealed before.', refused: 'Of those, refused by name.', safe: 'Whether it was safe.' },
  ...{
    listingFinished: 'The card was listed to its end.',
    filesToRecheck: 'Known files to be compared whole.',
    filesRechecked: 'Of those, compared.',
  },
  ...{
    cardPath: 'Path on the card, printable form.',
    cardPaths: 'Paths on the card.',
    detail: 'What was wrong, in words.',
    why: 'The reason.',
  },
  ...{
    fewerBlocks: 'Random blocks of a smaller sample.',
    verdict: 'What was found.',
    how: 'By a vendor command, or by a file on the card.',
  },
  ...{ from: 'Before.', to: 'After.', old: 'Before; null: it is new.', new: 'After.', model: 'Model, before and after.' },
  ...{
    officer: 'Number of the officer, before and after.',
    officers: 'Numbers of officers.',
    policy: 'The policy that allows it (`dock.wipe`).',
  },
  ...{
    aheadAtLeastMs: 'How far ahead its clock is at least, ms.',
    listedBytes: 'Its bytes when it was listed.',
    duplicateOf: 'Original with the same bytes.',
  },
  ...{
    gaps: 'What could not be read, half-open byte ranges.',
    key: 'Key in vault and archive.',
    sealed: 'SHA-256 that was sealed.',
    found: 'What was found.',
  },
  ...{
    item: 'Id of the original or derivative; `facts`; `manifest N`.',
    expected: 'SHA-256 that it should have.',
    archive: 'Name of the archive.',
  },
  ...{
    objects: 'What it is about, by key.',
    copies: 'Where the same bytes stay, and how that was checked last.',
    blocksSha256: "SHA-256 of the list of its blocks' digests; null: there is none.",
    neededAt: 'When its recording was needed last: RFC 3339, in UTC.',
    into: 'The new recording.',
    missing: 'What never came.',
    inputs: 'SHA-256 of the originals.',
    as: 'Recording it is taken in as.',
  },
  ...{
    derivatives: 'What was made.',
    reason: 'The reason, in words.',
    card: 'Serial of the docked recorder.',
    relation: 'How they belong together.',
  },
  ...{
    other: 'Id of the other recording.',
    seconds: 'How much; negative: doubled.',
    cases: 'Numbers of cases, before and after.',
    category: 'Category, before and after.',
  },
  ...{
    important: 'The important mark, before and after.',
    vaultFiles: 'Read again in the vault.',
    archiveFiles: 'Read again in the archive.',
    faults: 'Differences.',
  },
  ...{
    suggestion: 'Id of the suggestion.',
    case: 'Number of the case.',
    event: 'Id of the event.',
    overlapMs: 'How long they overlap, ms.',
    decision: 'What was decided.',
  },
  ...{
    stage: 'Stage of enforcement.',
    title: 'Title, before and after.',
    place: 'Where it happens.',
    unit: 'Unit, before and after.',
    name: 'Name, before and after.',
  },
  ...{
    version: 'Version of the software.',
    seq: 'Number of the last entry of before.',
    hash: 'Its hash.',
    file: 'Where the copy stands.',
    filesLeft: 'Still on the recorder only.',
  },
  ...{ recordings: 'Each new recording with its originals.', again: 'Originals that an earlier docking had listed.' },
  ...{ fresh: 'The new recording.', segments: 'How long each segment really is, ms.', claims: 'Everything that tells when it started.' },
  ...{ parent: 'Unit above, before and after.', roles: 'Roles, before and after.' },
  ...{ rows: 'Key of each, the column (null: the whole row), and the last entry that changed it.' },
  ...{ claimedFrom: 'Where the claimed start comes from.' },
  ...{ items: 'Each file by its key, and whether it is what was sealed.', differ: 'Of those, not what was sealed.' },
  ...{
    confidentiality: 'Level, before and after: `public`, `internal`, `secret`, `highly-secret`, `top-secret`; null: not marked.',
    privacy: 'Privacy marks, before and after.',
    holding: 'Id of the take-out.',
    source: 'Where the officer comes from, before and after: `holder`, `assignment`; null: there is none.',
  },
  ...{ originals: 'Originals.', instead: 'Copies that stay, as it was known when the intention was put on record.' },
  ...{ terms: 'Each recording with its term from then on.', text: 'Its file, line by line.' },
  ...{ look: 'What is looked at, by whom, and by what right.', caseTitle: 'Title of the case then.' },
  ...{ copy: 'Of a marked copy: name and version of the mark, whether all of it went out, and SHA-256 of what went out.' },
  ...{ start: 'RFC 3339, in UTC.', end: 'RFC 3339, in UTC.', told: 'Serial that it told before it was docked.' },
};

interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: { readonly [name: string]: Schema };
}

/** The text of docs/custody.md, made from the declarations of all types. */
export function custodyMarkdown(): string {
  const head = [
    '# Entries of the custody log',
    '',
    'Written by `node scripts/generate-custody-docs.ts` from `src/domain/custody/`; change it there.',
    '',
    'Every entry has the fields of [its byte form](design.md#custody-entry). Below stand what it is about, what it tells in `data`, which lists stand beside',
    'the log (the entry holds count and SHA-256 of each), and what is personal: it stands beside the log as well, can be erased, and the entry holds a salted',
    'commitment to it. The example of each type is shown as it is kept; its personal values have a salt of zeros there.',
    '',
    `${CUSTODY_TYPES.length} types:`,
    '',
    ...CUSTODY_TYPES.map((type) => `- [\`${type}\`](#${type.replaceAll('.', '')})`),
  ];
  return `${[...head, ...CUSTODY_TYPES.flatMap(sectionOf)].join('\n')}\n`;
}

function sectionOf(type: string): readonly string[] {
  const known = entryTypeOf(type);
  if (!known) throw new TypeError(type);
  const fields = [...rowsOf('data', known.data.properties), ...rowsOf('lists', known.lists, '[]'), ...rowsOf('personal', known.personal)];
  const table = ['', '| section | field | value | meaning |', '|---|---|---|---|', ...fields];
  return [
    ...['', `## ${type}`, '', `${known.tells} About: ${known.about.map((kind) => `\`${kind}\``).join(', ')}.`],
    ...(fields.length === 0 ? [] : table),
    ...['', '```json', exampleOf(known), '```'],
  ];
}

function rowsOf(section: string, fields: { readonly [name: string]: TSchema }, suffix = ''): readonly string[] {
  return Object.entries(fields).map(([name, schema]) => {
    const { description = MEANINGS[name] } = described(schema as Schema);
    if (description === undefined) throw new TypeError(`nothing says what ${name} means`);
    const optional = Object.hasOwn(schema, '~optional') ? ' (if told)' : '';
    return `| ${section} | \`${name}\`${optional} | ${kindOfValue(schema as Schema)}${suffix} | ${description} |`;
  });
}

/** Of a schema that allows null, the part that is not null and says more. */
function described(schema: Schema): Schema {
  return schema.description === undefined ? (schema.anyOf?.find(({ description }) => description !== undefined) ?? schema) : schema;
}

function kindOfValue({ type, anyOf, items, properties, const: constant }: Schema): string {
  if (constant !== undefined) return `\`${String(constant)}\``;
  if (anyOf) return anyOf.map(kindOfValue).join(' or ');
  if (items) return `[${kindOfValue(items)}]`;
  if (!properties) return type ?? 'any';
  return `{ ${Object.entries(properties)
    .map(([name, each]) => `${name}: ${kindOfValue(each)}`)
    .join(', ')} }`;
}

function exampleOf(known: EntryType): string {
  const draft = known.make({ atMs: EXAMPLE_MS, actor: STATION, ...known.example } as never);
  const { bytes, beside } = sealEntry(draft, { station: 'hz01', seq: 0, prev: CUSTODY_GENESIS }, () => SALT);
  const { v, station, seq, at, type, actor, subject, related, data, lists, personal } = JSON.parse(new TextDecoder().decode(bytes));
  const kept = { v, station, seq, prev: '…', at, type, actor, subject, related, data, lists, personal };
  const values = beside.map(({ name, bytes: value }) => `// beside the log, ${name}: ${new TextDecoder().decode(value)}`);
  return [JSON.stringify(kept, null, 2), ...values].join('\n');
}
