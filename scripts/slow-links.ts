/*
 * Sends footage to a real S3 server (s3rver) over links as slow as some stations have, with the settings that a station has by default, and reads it back:
 *
 *   sudo node scripts/slow-links.ts [64k] [1m] [100m]      all three take about half an hour
 *
 * A link is a network namespace of its own whose loopback passes no more than its rate (tc tbf); where the kernel has netem, with delay and loss too.
 * Prints one line a link; ends with 1 if one of them did not get there, or sent more than a tenth in vain.
 */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLedger } from '#adapters/sqlite-ledger/ledger';
import { putOf } from '#test/contract/archive';
import { archiveOn } from '#test/support/s3-server';
import { startS3rver } from '#test/support/s3rver';

const MIB = 1024 * 1024;
const LINKS: Readonly<Record<string, { readonly rate: string; readonly bytes: number; readonly netem: string }>> = {
  '64k': { rate: '64kbit', bytes: 2 * MIB, netem: 'delay 300ms 50ms loss 0.5%' },
  '1m': { rate: '1mbit', bytes: 40 * MIB, netem: 'delay 100ms 20ms loss 1%' },
  '100m': { rate: '100mbit', bytes: 1024 * MIB, netem: 'delay 40ms 5ms loss 0.1%' },
};

/** Runs this script again inside the link. */
function inLink(name: string): number {
  const { rate, netem } = LINKS[name] ?? { rate: '', netem: '' };
  const setup = [
    'set -e',
    'ip link set lo mtu 1500 up',
    // Without netem the rate alone: its queue makes some delay of its own.
    `tc qdisc add dev lo root handle 1: netem ${netem} rate ${rate} 2>/dev/null || tc qdisc add dev lo root tbf rate ${rate} burst 8k latency 400ms`,
    'echo "  $(tc qdisc show dev lo)"',
    'exec "$0" "$@"',
  ];
  const args = ['-n', 'bash', '-c', setup.join('\n'), process.execPath, new URL(import.meta.url).pathname, '--inside', name];
  return spawnSync('unshare', args, { stdio: 'inherit' }).status ?? 1;
}

async function loopbackBytes(): Promise<number> {
  const line = (await readFile('/proc/net/dev', 'utf8')).split('\n').find((each) => each.trim().startsWith('lo:'));
  return Number(line?.trim().split(/\s+/)[1] ?? 0);
}

async function measure(name: string): Promise<boolean> {
  const { bytes } = LINKS[name] ?? { bytes: 0 };
  const directory = await mkdtemp(join(tmpdir(), 'evd-slow-'));
  const ledger = await openLedger({ file: join(directory, 'ledger.sqlite'), stationId: 'test1' });
  const server = await startS3rver();
  // What a station has by default (docs/config.md).
  const archive = archiveOn(server, ledger.uploads, { partBytes: 16 * MIB, partsAtOnce: 4, timeoutMs: 60_000 });
  const request = putOf(`2026/06/20/rec-${name}/original-0001.mp4`, randomBytes(bytes));
  const failures: string[] = [];
  try {
    const begun = performance.now();
    // The runner would try for ever; ten tries are enough to see that it gets there.
    for (let tries = 1; ; tries += 1) {
      const failure: unknown = await archive.put(request).then(
        () => null,
        (error: unknown) => error,
      );
      if (failure === null) break;
      failures.push(failure instanceof Error ? failure.message : String(failure));
      if (tries === 10) throw failure;
    }
    const upMs = performance.now() - begun;
    const sent = await loopbackBytes();
    await archive.verify(request, { policy: 'readback' });
    const downMs = performance.now() - begun - upMs;
    const vain = sent / bytes - 1;
    const seconds = (ms: number) => `${(ms / 1000).toFixed(0)} s`;
    console.log(
      `${name}: ${bytes / MIB} MiB up in ${seconds(upMs)}, back in ${seconds(downMs)}, ${(100 * vain).toFixed(1)} % more than its bytes on the link, ${failures.length} tries failed`,
    );
    for (const failure of failures) console.log(`  ${failure}`);
    return vain < 0.1;
  } finally {
    await archive.close();
    await server.stop();
    await ledger.close();
    await rm(directory, { recursive: true, force: true });
  }
}

const [first, inside = ''] = process.argv.slice(2);
if (first === '--inside') process.exitCode = (await measure(inside)) ? 0 : 1;
else {
  const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(LINKS);
  const unknown = names.find((name) => !LINKS[name]);
  if (unknown !== undefined) {
    console.error(`unknown link: ${unknown} (${Object.keys(LINKS).join(', ')})`);
    process.exitCode = 2;
  } else for (const name of names) if (inLink(name) !== 0) process.exitCode = 1;
}
