/* Goal: a trace is read whole, also where calls of two threads lie in one another. Method: lines as strace writes them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { touchedIn } from './traced.ts';

it('has each call that took a name or bytes from a file, in the order in which they ended', () => {
  const home = mkdtempSync(join(tmpdir(), 'evidock-trace-'));
  onTestFinished(() => rmSync(home, { recursive: true }));
  const file = join(home, 'trace');
  writeFileSync(
    file,
    [
      '11<node> unlink("/v/a") = 0',
      '12<libuv-worker> unlink("/v/b" <unfinished ...>',
      '11<node> rename("/v/c", "/v/d") = 0',
      '12<libuv-worker> <... unlink resumed>) = 0',
      '12<libuv-worker> unlink("/v/e" <unfinished ...>',
      '12<libuv-worker> <... unlink resumed>) = -1 ENOENT (No such file or directory)',
      '11<node> unlinkat(AT_FDCWD</home>, "/w/f", 0) = 0',
      '11<node> ftruncate(20</v/g>, 0) = 0',
      '',
    ].join('\n'),
  );
  expect(touchedIn(file, ['/v']).map(({ by, call, path }) => `${by} ${call} ${path}`)).toEqual([
    'node unlink /v/a',
    'node rename /v/c',
    'libuv-worker unlink /v/b',
    'node ftruncate /v/g',
  ]);
});
