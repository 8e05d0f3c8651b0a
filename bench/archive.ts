import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { startRgw } from '#test/support/archive/rgw';
import { makeFile, median, pairs, runChildBench, timeShell, workDirectory } from './paired.ts';
import type { Row } from './row.ts';

const MEBIBYTES = 2048;
const PART_MIB = 16;
const AT_ONCE = 4;
const RUNS = 5;

/**
 * Upload of 2 GiB to a real Ceph RGW against rclone with the same part size and concurrency: wall and CPU. Each pair has a server
 * of its own: it keeps everything in memory, and what is overwritten or deleted is given back only hours later.
 */
export async function benchArchive(): Promise<readonly Row[]> {
  const home = workDirectory('archive');
  try {
    const file = join(home, 'footage.mp4');
    makeFile(file, MEBIBYTES);
    const small = join(home, 'small.mp4');
    makeFile(small, PART_MIB);
    const runs: { a: { wallMs: number; cpuMs: number }; b: { wallMs: number; cpuMs: number } }[] = [];
    for (let turn = 1; turn <= RUNS; turn += 1) {
      const rgw = await startRgw();
      try {
        const remote = `:s3,provider=Ceph,access_key_id=${rgw.accessKeyId},secret_access_key=${rgw.secretAccessKey},endpoint='${rgw.endpoint}':${rgw.bucket}/theirs.mp4`;
        const rclone = `rclone copyto --config /dev/null --s3-chunk-size ${PART_MIB}M --s3-upload-concurrency ${AT_ONCE} --s3-no-check-bucket --ignore-times "$1" "$2"`;
        const theirs = (path: string) => timeShell(rclone, [path, remote], { AWS_CA_BUNDLE: undefined });
        const ours = () =>
          runChildBench<{ wallMs: number; cpuMs: number }>('./archive-child.ts', [
            file,
            home,
            rgw.endpoint,
            rgw.bucket,
            String(turn),
            String(PART_MIB),
            String(AT_ONCE),
          ]);
        // Both begin with the file in the page cache, and the server has taken one object before.
        theirs(small);
        runs.push(...(await pairs(1, ours, () => theirs(file))));
      } finally {
        await rgw.stop();
      }
    }
    const wall = median(runs.map(({ a, b }) => a.wallMs / b.wallMs));
    const cpu = median(runs.map(({ a, b }) => a.cpuMs / b.cpuMs));
    const seconds = (pick: (pair: (typeof runs)[number]) => number) => median(runs.map(pick)) / 1000;
    const note = `2 GiB, ${PART_MIB} MiB parts, ${AT_ONCE} at once, Ceph RGW in memory on the same machine`;
    return [
      {
        name: 'upload of 2 GiB to S3, wall',
        ours: seconds(({ a }) => a.wallMs),
        theirs: seconds(({ b }) => b.wallMs),
        ratio: wall,
        limit: '≤ 1.0',
        unit: 's',
        ok: wall <= 1,
        note: `rclone copyto; ${note}`,
      },
      {
        name: 'upload of 2 GiB to S3, CPU',
        ours: seconds(({ a }) => a.cpuMs),
        theirs: seconds(({ b }) => b.cpuMs),
        ratio: cpu,
        limit: '≤ 0.6',
        unit: 's',
        ok: cpu <= 0.6,
        note: 'user + system of the whole process, start included',
      },
    ];
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
