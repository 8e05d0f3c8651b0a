import { existsSync } from 'node:fs';
import { configDefaults, defineConfig } from 'vitest/config';

/** Stand beside their subject and need most of a minute each: whole docks of emulated hubs, and links that are slow on purpose. */
const SLOW = [
  'src/adapters/s3-archive/links.test.ts',
  'src/adapters/usb-dock/card-readers.test.ts',
  'src/adapters/usb-dock/usb-dock.test.ts',
];
// A file that was moved would run in the fast lane without a word.
for (const file of SLOW) if (!existsSync(file)) throw new Error(`vitest.config.ts: there is no ${file}`);

/** Disks of the machine on which tests run are nobody's duty; tests of the machine bring disks of their own. */
const env = { EVIDOCK_MACHINE_ON: 'false' };

export default defineConfig({
  test: {
    projects: [
      // `npm test`: a rule, a stage or an adapter alone, with its contract; two minutes on two cores.
      { test: { name: 'fast', env, include: ['src/**/*.test.ts', 'drivers/**/*.test.ts'], exclude: [...configDefaults.exclude, ...SLOW] } },
      // Whole stations, kills, foreign servers: with the fast ones in `scripts/test`.
      { test: { name: 'slow', env, include: ['test/**/*.test.ts', ...SLOW] } },
    ],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    pool: 'forks',
    // Two cores shared by two workers and their stations: a second is not much.
    expect: { poll: { timeout: 15_000 } },
  },
});
