import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { claimedToMs } from '#domain/time/station-time';
import { sampleCard } from '#scripts/sample-card';

// Goal: a real card becomes a driver's sample card without its content and without officers' numbers. Method: a small card in a directory.

const zone = 'Asia/Shanghai';
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sample-card-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function put(path: string, mtime: string, content: string): Promise<void> {
  const full = join(directory, path);
  await mkdir(dirname(full), { recursive: true });
  await writeFile(full, content);
  const time = new Date(claimedToMs(mtime, zone));
  await utimes(full, time, time);
}

it('describes a card that a driver knows, with invented officers', async () => {
  const first = 'DCIM/20190627/DSJ0012345_041234_20190627153012_0007.MP4';
  const second = 'DCIM/20190627/DSJ0012345_041234_20190627153512_0008.MP4';
  const other = 'DCIM/20190627/DSJ0012345_055555_20190627170000_0009.MP4';
  await put(first, '2019-06-27T15:35:12', 'footage');
  await put(second, '2019-06-27T15:40:12', 'footage of one more');
  await put(other, '2019-06-27T17:01:00', '');
  await put('STATUS.TXT', '2019-06-27T17:02:00', 'TIME=2019-06-27 17:02:00\nOFFICER=041234\n');

  const sample = await sampleCard({ directory, title: 'one day', zone, mask: true, texts: ['STATUS.TXT'] });
  const masked = (path: string) => path.replace('041234', '999991').replace('055555', '999992');
  expect(sample).toEqual({
    title: 'one day',
    serial: 'DSJ0012345',
    clock: '2019-06-27T17:02:00',
    files: [
      { path: masked(first), mtime: '2019-06-27T15:35:12', bytes: 7 },
      { path: masked(second), mtime: '2019-06-27T15:40:12', bytes: 19 },
      { path: masked(other), mtime: '2019-06-27T17:01:00', bytes: 0 },
      { path: 'STATUS.TXT', mtime: '2019-06-27T17:02:00', text: 'TIME=2019-06-27 17:02:00\nOFFICER=999991\n' },
    ],
    captures: [[masked(first), masked(second)], [masked(other)], ['STATUS.TXT']],
  });
});

it('finds officers by a given expression in names that no driver reads', async () => {
  await put('REC/20190627-153012-a041234.mp4', '2019-06-27T15:30:12', 'x');
  const officer = /-a(?<officer>[0-9]{6})\./u;
  const sample = await sampleCard({ directory, title: 'new family', zone, mask: true, officer, texts: [] });
  expect(sample.files.map(({ path }) => path)).toEqual(['REC/20190627-153012-a999991.mp4']);
});
