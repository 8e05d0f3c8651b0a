import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

const CALLS = ['unlink', 'unlinkat', 'rename', 'renameat', 'renameat2', 'truncate', 'ftruncate'];

/** Arguments of strace, before those of the program: it writes down every call that takes a name or bytes from a file, of all threads and children. */
export const straceTo = (file: string): readonly string[] => [
  ...['-f', '-qq', '-y', '-Y', '--seccomp-bpf', '-s', '400', '-e', `trace=${CALLS.join(',')}`, '-e', 'signal=none', '-o', file],
];

/** A file that lost a name or its bytes. */
export interface Touched {
  /** Name of the thread or program. */
  readonly by: string;
  readonly call: string;
  /** What it was called; of a rename, before. */
  readonly path: string;
}

/** The files below these directories that a trace says were touched, in its order. */
export function touchedIn(file: string, roots: readonly string[]): readonly Touched[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap(touchedBy)
    .filter(({ path }) => roots.some((root) => path.startsWith(`${root}/`)));
}

/** Of a line such as `16351<MainThread> unlink("/a/b") = 0`; what failed touched nothing. */
function touchedBy(line: string): readonly Touched[] {
  const [, by, call, rest] = /^\d+<([^>]*)> (\w+)\((.*)\) += 0$/.exec(line) ?? [];
  if (by === undefined || call === undefined || rest === undefined || !CALLS.includes(call)) return [];
  if (call === 'ftruncate') return [{ by, call, path: /^\d+<([^>]*)>/.exec(rest)?.[1] ?? '' }];
  const [, directory = '', path = ''] = /^(?:AT_FDCWD<([^>]*)>, |\d+<[^>]*>, )?"([^"]*)"/.exec(rest) ?? [];
  return [{ by, call, path: path.startsWith('/') ? path : `${directory}/${path}` }];
}

/** Footage as it was sealed, and what says so: originals and their manifests. What else lies beside them has names of its own. */
export const isSealed = ({ path }: Touched): boolean => /\/original-\d+\.(?:manifest\.json|\w+)$/.test(path);

/** What a ledger has on record as destroyed, as `place key`, in the order of the log. */
export function destroyedIn(ledger: string): readonly { readonly place: string; readonly key: string; readonly what: string }[] {
  const raw = new DatabaseSync(ledger, { readOnly: true });
  try {
    const rows = raw.prepare("SELECT CAST(bytes AS TEXT) AS body FROM custody WHERE type = 'copy.destroyed' ORDER BY seq").all();
    return rows.map(({ body }) => {
      const { data } = JSON.parse(String(body)) as { data: { place: string; key: string; what: string } };
      return { place: data.place, key: data.key, what: data.what };
    });
  } finally {
    raw.close();
  }
}
