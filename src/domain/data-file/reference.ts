/* Tables of what can stand in a file that a site writes, made from its schema. */

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

/** A list of values that has a word of its own in the table. */
interface Named {
  readonly values: readonly string[];
  readonly word: string;
}

/** A row of a Markdown table for each field: name, whether it is needed, value, meaning. */
export function fieldRows(schema: unknown, named: Named | null = null): readonly string[] {
  return rowsOf(schema as Node, named, '');
}

function rowsOf({ properties = {}, required = [] }: Node, named: Named | null, prefix: string): readonly string[] {
  return Object.entries(properties).flatMap(([name, node]) => {
    const path = `${prefix}${name}`;
    const list = node.type === 'array' && node.items?.type === 'object';
    const row = `| \`${path}${list ? '[]' : ''}\` | ${required.includes(name) ? 'needed' : ''} | ${allowedIn(node, named)} | ${node.description ?? node.items?.description ?? ''} |`;
    const inner = list ? node.items : node;
    return [row, ...(inner ? rowsOf(inner, named, `${path}${list ? '[]' : ''}.`) : [])];
  });
}

function allowedIn(node: Node, named: Named | null): string {
  if (node.const !== undefined) return `\`${String(node.const)}\``;
  if (named && node.enum?.join() === named.values.join()) return named.word;
  if (node.enum) return node.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (node.type === 'array') {
    const limits = [node.minItems ? `at least ${node.minItems}` : '', node.maxItems ? `at most ${node.maxItems}` : ''].filter(
      (each) => each !== '',
    );
    return ['list', node.items?.enum ? `of ${allowedIn(node.items, named)}` : '', ...limits]
      .filter((each) => each !== '')
      .join(', ')
      .replace('list, of', 'list of');
  }
  if (node.type === 'integer') return `${node.minimum} to ${node.maximum}`;
  if (node.type === 'boolean') return '`true` or `false`';
  if (node.type === 'object') return 'section';
  return node.pattern ? 'lower-case letters and digits, single hyphens between' : 'text';
}
