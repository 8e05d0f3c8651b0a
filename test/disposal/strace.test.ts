/*
 * Goal: what the running system removes, renames and cuts in vault and archive, from docking to archive, is what the tree says: no original, no manifest. Method: a
 * process of the station runs under strace, which writes down each such call of it and its children; each path below vault and archive is looked at. The same of
 * eviction is in test/faults/kill-evict.test.ts, and of disposal in test/faults/kill-dispose.test.ts: there exactly what the log has as destroyed goes.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '#test/support/evidock';
import { straceTo, type Touched, touchedIn } from '#test/support/station/traced';

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
    const args = [...straceTo(trace), node, ...main, 'ingest', join(home, 'card'), '--slot', '1'];
    const traced = spawnSync('strace', args, { cwd: ROOT, encoding: 'utf8', timeout: 240_000 });
    expect(traced.status, traced.stderr).toBe(0);
    const roots = [join(home, 'state', 'vault'), join(home, 'archive')];
    const touched = touchedIn(trace, roots);
    // It was really watched: drafts lose their temporary names, in the vault and in the archive.
    for (const root of roots)
      expect(
        touched.some(({ path }) => path.startsWith(root) && path.includes('.partial')),
        root,
      ).toBe(true);
    expect(touched.filter((each) => !isHarmless(each))).toEqual([]);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}, 300_000);

/** Drafts, scratch, derivatives, and what is the station's own in its archive. */
function isHarmless({ path }: Touched): boolean {
  return /\.partial$|\/(?:scratch|custody|derived)\/|ledger-head\.json|\/probe[^/]*$/.test(path);
}
