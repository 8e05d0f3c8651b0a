import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { configDefaults, defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';
import { notToday } from './test/support/turns.ts';

/** Stand beside their subject and need most of a minute each: whole docks of emulated hubs, and links that are slow on purpose. */
const SLOW = [
  'src/adapters/s3-archive/links.test.ts',
  'src/adapters/usb-dock/card-readers.test.ts',
  'src/adapters/usb-dock/usb-dock.test.ts',
];
/** Take minutes each, and are run by `scripts/test --long`, all or one: `scripts/test --long test/faults/kill-scrub.test.ts`. */
const LONG = process.env['EVIDOCK_TEST_LONG'] ? [] : ['test/faults/kill-scrub.test.ts', 'test/faults/kill-dispose.test.ts'];
// A file that was moved would run in the fast lane without a word.
for (const file of [...SLOW, ...LONG]) if (!existsSync(file)) throw new Error(`vitest.config.ts: there is no ${file}`);

const env = {
  // Disks of the machine on which tests run are nobody's duty; tests of the machine bring disks of their own.
  EVIDOCK_MACHINE_ON: 'false',
  // What the programs of the tests compile is kept for the next of them, as scripts/evidock does it.
  NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/evidock'),
};

export default defineConfig({
  test: {
    projects: [
      // `npm test`: a rule, a stage or an adapter alone, with its contract; two minutes on two cores.
      { test: { name: 'fast', env, include: ['src/**/*.test.ts', 'drivers/**/*.test.ts'], exclude: [...configDefaults.exclude, ...SLOW] } },
      // Whole stations, kills, foreign servers: with the fast ones in `scripts/test`.
      {
        test: {
          name: 'slow',
          env,
          include: ['test/**/*.test.ts', ...SLOW],
          exclude: [...configDefaults.exclude, ...LONG, ...notToday(), 'test/console/**'],
        },
      },
      // The pages in Chromium. One station is made for all of them, and each file has a copy of its own.
      {
        test: {
          name: 'console',
          env,
          include: ['test/console/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...notToday()],
          globalSetup: 'test/console/support/global.ts',
          expect: { poll: { timeout: 60_000 } },
        },
      },
    ],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    // One more than there are cores: a test waits for its station, its gateway or its disk a third of the time.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    pool: 'forks',
    // As scripts/evidock runs Node: the worker threads of these processes read sources too (docs/decisions/0012).
    execArgv: ['--liftoff-only'],
    // Two cores shared by three workers and their stations: a second is not much.
    expect: { poll: { timeout: 15_000 } },
  },
});
