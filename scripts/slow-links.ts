/*
 * Sends footage to a real S3 server (s3rver) over links as slow, far and lossy as some stations have, with the settings that a station has by default, and reads
 * it back:
 *
 *   sudo node scripts/slow-links.ts [LINK…]      64k 1m 100m and more; all of them take about an hour
 *
 * A link is a TUN device in a network namespace of its own. A program (test/support/archive/lossy_link.py) delays, drops and paces its packets, so
 * that the kernel needs no netem. Prints one line a link. Exits with 1 if footage did not get over a link, if more than a tenth of it
 * arrived twice, or if the link lost no packet and so proved nothing.
 */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';
import { openLedger } from '#adapters/sqlite-ledger/ledger';
import { putOf } from '#test/contract/archive';
import { archiveOn } from '#test/support/archive/s3-server';
import { startS3rver } from '#test/support/archive/s3rver';

const MIB = 1024 * 1024;
/** Delay, jitter (ms) and loss (%) hold each way: a round trip takes twice the delay. */
const LINKS: Readonly<
  Record<string, { bits: number; delayMs: number; jitterMs: number; lossPercent: number; bytes: number; partBytes?: number }>
> = {
  '64k': { bits: 64_000, delayMs: 100, jitterMs: 20, lossPercent: 1, bytes: 2 * MIB },
  '64k-bad': { bits: 64_000, delayMs: 100, jitterMs: 20, lossPercent: 3, bytes: 2 * MIB },
  '1m': { bits: 1_000_000, delayMs: 50, jitterMs: 10, lossPercent: 1, bytes: 40 * MIB },
  '1m-bad': { bits: 1_000_000, delayMs: 100, jitterMs: 20, lossPercent: 3, bytes: 20 * MIB },
  '100m': { bits: 100_000_000, delayMs: 25, jitterMs: 5, lossPercent: 1, bytes: 96 * MIB },
  '100m-bad': { bits: 100_000_000, delayMs: 50, jitterMs: 10, lossPercent: 3, bytes: 24 * MIB },
  // Short enough for the suite (test/faults/lossy-link.test.ts).
  short: { bits: 20_000_000, delayMs: 10, jitterMs: 2, lossPercent: 1, bytes: 5.5 * MIB, partBytes: 5 * MIB },
};
const LINK_PROGRAM = new URL('../test/support/archive/lossy_link.py', import.meta.url).pathname;
/** Largest share of the bytes that may arrive twice. */
const TWICE_MAX = 0.1;
/** How the server is reached through the link. */
const FAR_ADDRESS = '10.99.0.2';

interface Tally {
  readonly packets: number;
  readonly lost: number;
  readonly overflowed: number;
  readonly payload: number;
}

/** Runs this script again on the link. */
function onLink(name: string): number {
  const link = LINKS[name];
  if (!link) throw new Error(name);
  const directory = mkdtempSync(join(tmpdir(), 'evd-link-'));
  try {
    const tally = join(directory, 'tally');
    const figures = [link.bits, link.delayMs, link.jitterMs, link.lossPercent].map(String);
    const args = [
      '-n',
      'python3',
      LINK_PROGRAM,
      ...figures,
      tally,
      process.execPath,
      new URL(import.meta.url).pathname,
      '--on-link',
      name,
      tally,
    ];
    return spawnSync('unshare', args, { stdio: 'inherit' }).status ?? 1;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** What the link has carried until now. Its program writes that ten times a second, so this first waits for a newer number. */
async function carried(tally: string): Promise<{ readonly up: Tally; readonly down: Tally }> {
  await rest(300);
  return JSON.parse(await readFile(tally, 'utf8'));
}

async function measure(name: string, tally: string): Promise<boolean> {
  const { bytes, partBytes = 16 * MIB } = LINKS[name] ?? { bytes: 0 };
  const directory = await mkdtemp(join(tmpdir(), 'evd-slow-'));
  const ledger = await openLedger({ file: join(directory, 'ledger.sqlite'), stationId: 'test1' });
  const local = await startS3rver({ address: '10.99.0.1' });
  const server = { ...local, endpoint: local.endpoint.replace('10.99.0.1', FAR_ADDRESS) };
  // What a station has by default (docs/config.md).
  const archive = archiveOn(server, ledger.uploads, { partBytes, partsAtOnce: 4, timeoutMs: 60_000 });
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
    const { up } = await carried(tally);
    await archive.verify(request, { policy: 'readback' });
    const downMs = performance.now() - begun - upMs;
    const { down } = await carried(tally);
    const twice = up.payload / bytes - 1;
    const lost = (100 * (up.lost + down.lost)) / (up.packets + down.packets);
    console.log(
      [
        `${name}: ${bytes / MIB} MiB up in ${inSeconds(upMs)}, back in ${inSeconds(downMs)}`,
        `${lost.toFixed(1)} % of the packets lost, ${up.overflowed + down.overflowed} met a full queue`,
        `${(100 * twice).toFixed(1)} % more than its bytes arrived, ${failures.length} tries failed`,
      ].join('; '),
    );
    for (const failure of failures) console.log(`  ${failure}`);
    return twice < TWICE_MAX && up.lost > 0 && down.lost > 0;
  } finally {
    await archive.close();
    await server.stop();
    await ledger.close();
    await rm(directory, { recursive: true, force: true });
  }
}

const inSeconds = (ms: number) => `${(ms / 1000).toFixed(0)} s`;

const [first, name = '', tally = ''] = process.argv.slice(2);
if (first === '--on-link') process.exitCode = (await measure(name, tally)) ? 0 : 1;
else {
  const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(LINKS);
  const unknown = names.find((each) => !LINKS[each]);
  if (unknown !== undefined) {
    console.error(`unknown link: ${unknown} (${Object.keys(LINKS).join(', ')})`);
    process.exitCode = 2;
  } else for (const each of names) if (onLink(each) !== 0) process.exitCode = 1;
}
