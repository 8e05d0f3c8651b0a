/*
 * Goal: what the running system removes and renames in vault and archive, from docking to disposal, is what the tree says: no original but by disposal. Method: a
 * process of the station runs under strace, which writes down every unlink and rename of it and its children; intake, sealing, deriving and archiving over real
 * files, then a disposal. Each path below vault and archive is looked at.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '#test/support/evidock';

const CALLS = 'unlink,unlinkat,rename,renameat,renameat2,truncate,ftruncate';

it('a station that takes in, seals, derives, archives and ends removes no original, manifest or archived object', () => {
  const home = mkdtempSync(join(tmpdir(), 'evidock-strace-'));
  try {
    const config = join(home, 'station.yaml');
    writeFileSync(
      config,
      [
        ...['station: { id: trace1, timezone: Asia/Shanghai }', `archive: { kind: disk, directory: ${join(home, 'archive')} }`],
        ...['intake: { reserve: 0 }'],
      ].join('\n'),
    );
    const main = ['--experimental-strip-types', join(ROOT, 'src/main.ts'), '--config', config, '--state-dir', join(home, 'state')];
    const node = process.execPath;
    execFileSync(node, [...main, 'make-card', join(home, 'card'), '--layout', 'tiny'], { cwd: ROOT, stdio: 'pipe' });
    const trace = join(home, 'trace');
    const traced = spawnSync(
      'strace',
      ['-f', '-qq', '-y', '-s', '400', '-e', `trace=${CALLS}`, '-o', trace, node, ...main, 'ingest', join(home, 'card'), '--slot', '1'],
      {
        ...{ cwd: ROOT, encoding: 'utf8', timeout: 240_000 },
      },
    );
    expect(traced.status, traced.stderr).toBe(0);
    const lines = readFileSync(trace, 'utf8')
      .split('\n')
      .filter((line) => /= 0$/.test(line));
    // It was really watched: drafts lose their temporary names, in the vault and in the archive.
    for (const place of ['state/vault', 'archive'])
      expect(
        lines.some((line) => line.includes(join(home, place)) && line.includes('.partial')),
        place,
      ).toBe(true);
    const touched = lines.filter((line) => line.includes(join(home, 'state', 'vault')) || line.includes(join(home, 'archive')));
    const bad = touched.filter((line) => !isHarmless(line));
    expect(bad).toEqual([]);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}, 300_000);

/** The first path of the call: what loses its name. */
function isHarmless(line: string): boolean {
  const [, path = ''] = /"([^"]+)"/.exec(line) ?? [];
  return (
    /\.partial$/.test(path) ||
    /\/(?:scratch|custody)\//.test(path) ||
    /ledger-head\.json/.test(path) ||
    /\/derived\//.test(path) ||
    /\/probe[^/]*$/.test(path)
  );
}
