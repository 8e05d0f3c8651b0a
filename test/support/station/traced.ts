import { readdirSync, readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { expect, vi } from 'vitest';

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
  return joined(readFileSync(file, 'utf8').split('\n'))
    .flatMap(touchedBy)
    .filter(({ path }) => roots.some((root) => path.startsWith(`${root}/`)));
}

/** Waits until a tracer that goes on by itself (`strace -D`) has written everything down. */
export function tracerEnded(file: string): Promise<void> {
  const isTracing = (pid: string) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(file);
    } catch {
      return false;
    }
  };
  const tracers = () => readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isTracing(name));
  return vi.waitFor(() => expect(tracers()).toEqual([]), { timeout: 30_000, interval: 50 });
}

/** A call that another thread came between stands in two lines: `16351<Main> unlink("/a/b" <unfinished ...>`, `16351<Main> <... unlink resumed>) = 0`. */
function joined(lines: readonly string[]): readonly string[] {
  const begun = new Map<string, string>();
  return lines.flatMap((line) => {
    const thread = /^\d+/.exec(line)?.[0] ?? '';
    if (line.endsWith(' <unfinished ...>')) {
      begun.set(thread, line.slice(0, -' <unfinished ...>'.length));
      return [];
    }
    const end = /^\d+<[^>]*> <\.\.\. \w+ resumed>(.*)$/.exec(line)?.[1];
    return [end === undefined ? line : `${begun.get(thread) ?? ''}${end}`];
  });
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
