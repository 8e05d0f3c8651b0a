import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take longest, the longest first; of each the time of 2026-11-27 was above a minute. */
const LONGEST = [
  'test/faults/kill.test.ts',
  'test/media/matrix.test.ts',
  'test/faults/kill-evict.test.ts',
  'test/faults/disk-errors.test.ts',
  'test/journeys/readme.test.ts',
  'test/journeys/restore.test.ts',
  'test/faults/kill-derive-again.test.ts',
  'test/journeys/card-to-archive.test.ts',
  'test/journeys/archive-trouble.test.ts',
  'test/journeys/up.test.ts',
  'src/adapters/ffmpeg/ffmpeg-transcoder.test.ts',
  'test/disposal/locked-bucket.test.ts',
  'test/journeys/people.test.ts',
  'src/adapters/s3-archive/links.test.ts',
  'test/faults/kill-looks.test.ts',
  'test/faults/log-shipping.test.ts',
  'test/attacks/archive-attacks.test.ts',
  'test/postgres/ledger.test.ts',
  'test/faults/worker.test.ts',
  'src/adapters/usb-dock/card-readers.test.ts',
];
// A file that was moved would run last without a word.
for (const file of LONGEST) if (!existsSync(file)) throw new Error(`test/support/longest-first.ts: there is no ${file}`);

/** A long file that begins last would run alone, with the other core idle: so the longest begin first, and all others as Vitest would have them. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification) => LONGEST.indexOf(relative(project.config.root, moduleId));
    const long = files.filter((file) => rank(file) >= 0).sort((a, b) => rank(a) - rank(b));
    return [...long, ...(await super.sort(files.filter((file) => rank(file) < 0)))];
  }
}
