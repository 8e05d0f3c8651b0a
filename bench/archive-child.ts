/* One upload in a process of its own: node archive-child.ts FILE HOME ENDPOINT BUCKET TURN PART_MIB AT_ONCE; prints wall and CPU in ms. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { S3Archive } from '#adapters/s3-archive/s3-archive';
import { openLedger } from '#adapters/sqlite-ledger/ledger';
import { TokenBucket } from '#adapters/token-bucket';

const [file = '', home = '', endpoint = '', bucket = '', turn = '', partMib = '16', atOnce = '4'] = process.argv.slice(2);
const ledger = await openLedger({ file: join(home, `ledger-${turn}.sqlite`), stationId: 'bench1' });
const settings = {
  endpoint,
  region: 'us-east-1',
  bucket,
  prefix: 'ours',
  pathStyle: true,
  checksums: 'WHEN_REQUIRED' as const,
  partBytes: Number(partMib) * 1024 * 1024,
  partsAtOnce: Number(atOnce),
  timeoutMs: 60_000,
  unlocked: 'accepted-without-versions' as const,
  lockMode: null,
};
const limiter = new TokenBucket({ bytesPerSecond: 0 });
const archive = new S3Archive({
  settings,
  credentials: async () => ({ accessKeyId: 'test', secretAccessKey: 'testsecret' }),
  journal: ledger.uploads,
  clock: { nowMs: () => Date.now() },
  limiter,
  stationId: 'bench',
  faults: { reached: () => undefined },
});
const { size } = await stat(file);
const begun = performance.now();
await archive.put({
  key: `2026/06/20/rec-${turn}`,
  bytes: size,
  sha256: '0'.repeat(64),
  mediaType: 'video/mp4',
  open: async ({ start, end }) => createReadStream(file, { start, end: end - 1, highWaterMark: 1024 * 1024 }),
});
const wallMs = performance.now() - begun;
await archive.close();
await ledger.close();
const { user, system } = process.cpuUsage();
console.log(JSON.stringify({ wallMs, cpuMs: (user + system) / 1000 }));
