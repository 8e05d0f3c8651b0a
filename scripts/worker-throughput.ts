/*
 * Measures how many recordings 1, 2 and 4 workers derive and archive in a minute, all of them on this machine, each deriving and archiving one at a time:
 *
 *   node scripts/worker-throughput.ts [CLIPS]      short clips of a card, 24 by default; ten minutes or less
 *
 * Station, Redis and S3 (s3rver) are real and each a process of its own. The time is from the first claim to the last recording archived. CPU is that of everything on
 * the machine meanwhile (/proc/stat).
 */
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';
import { evidock } from '#test/support/evidock';
import { makePhotoCard, WorkerHosts } from '#test/support/station/worker-hosts';

const clips = Number(process.argv[2] ?? 24);

/** Share of all processors that was busy, by two readings. */
async function busy(): Promise<{ busy: number; all: number }> {
  const figures = (await readFile('/proc/stat', 'utf8')).split('\n')[0]?.trim().split(/\s+/).slice(1, 9).map(Number) ?? [];
  const all = figures.reduce((sum, each) => sum + each, 0);
  return { busy: all - (figures[3] ?? 0) - (figures[4] ?? 0), all };
}

async function measure(workers: number, card: string): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'evd-through-'));
  const port = 6400 + workers;
  const settings = { EVIDOCK_ARCHIVE_DERIVATIVES: 'false', EVIDOCK_QUEUE_SWEEP_SECONDS: '2' };
  const hosts = new WorkerHosts({ home, address: '127.0.0.1', ports: { redis: port, s3: port + 10, work: port + 20 }, settings });
  try {
    await hosts.start();
    const { status, stderr } = await evidock(['--state-dir', hosts.state, 'ingest', card, '--slot', '1', '--serial', 'T000001']);
    if (status !== 0) throw new Error(stderr);
    const invitations: string[] = [];
    for (let index = 1; index <= workers; index += 1) invitations.push(await hosts.invite(`w${index}`));
    const one = { EVIDOCK_DERIVE_AT_ONCE: '1', EVIDOCK_ARCHIVE_AT_ONCE: '1', EVIDOCK_DERIVE_THREADS: '1' };
    const before = await busy();
    const begun = performance.now();
    await Promise.all(invitations.map((file, index) => hosts.startWorker(`w${index + 1}`, file, one)));
    while ((await hosts.states()).some((state) => state !== 'archived')) await rest(200);
    const seconds = (performance.now() - begun) / 1000;
    const after = await busy();
    const share = (100 * (after.busy - before.busy)) / (after.all - before.all);
    const rate = (60 * clips) / seconds;
    return `| ${workers} | ${seconds.toFixed(1)} s | ${rate.toFixed(1)} | ${share.toFixed(0)} % of ${availableParallelism()} processors |`;
  } finally {
    await hosts.stop();
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

const directory = await mkdtemp(join(tmpdir(), 'evd-through-card-'));
try {
  const card = join(directory, 'card');
  await mkdir(card);
  await makePhotoCard(card, { photos: 1, clips: clips - 1 });
  console.log('| workers | time | recordings a minute | CPU of the machine |\n|---|---|---|---|');
  for (const workers of [1, 2, 4]) console.log(await measure(workers, card));
} finally {
  await rm(directory, { recursive: true, force: true });
}
