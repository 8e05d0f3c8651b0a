import { existsSync } from 'node:fs';

const DAY_MS = 86_400_000;

/**
 * Files of tests that take longest (all above 39 s on two cores, 2026-11-28), in four turns: `scripts/test` tries one a day, by UTC, and everything else every day
 * (docs/decisions/0078). Files that show much of the same, such as the README and `scripts/up`, stand in different turns. The times of the turns are about equal, with the lab in
 * the second one.
 */
export const TURNS: readonly (readonly string[])[] = [
  [
    'test/attacks/archive-attacks.test.ts',
    'test/console/player.test.ts',
    'test/console/retention.test.ts',
    'test/eviction/from-rgw.test.ts',
    'test/eviction/immutable.test.ts',
    'test/faults/kill.test.ts',
    'test/faults/worker.test.ts',
    'test/journeys/derive-again.test.ts',
    'test/journeys/known.test.ts',
    'test/journeys/late-disk.test.ts',
    'test/journeys/people.test.ts',
    'test/journeys/set-station-clock.test.ts',
    'test/media/matrix.test.ts',
  ],
  [
    'test/attacks/retention-attacks.test.ts',
    'test/console/map.test.ts',
    'test/console/supervision-pages.test.ts',
    'test/faults/kill-evict.test.ts',
    'test/journeys/held-objects.test.ts',
    'test/journeys/intake.test.ts',
    'test/journeys/restore.test.ts',
    'test/journeys/start-times.test.ts',
    'test/journeys/up.test.ts',
    'test/journeys/wipe.test.ts',
  ],
  [
    'src/adapters/s3-archive/links.test.ts',
    'test/console/cases.test.ts',
    'test/console/every-page.test.ts',
    'test/console/footage-day.test.ts',
    'test/console/from-archive.test.ts',
    'test/console/intake.test.ts',
    'test/console/kiosk.test.ts',
    'test/console/provider.test.ts',
    'test/console/sign-in.test.ts',
    'test/disposal/locked-bucket.test.ts',
    'test/faults/kill-derive-again.test.ts',
    'test/faults/ledger-heads.test.ts',
    'test/faults/log-shipping.test.ts',
    'test/simulation/ten-years.test.ts',
  ],
  [
    'src/adapters/usb-dock/card-readers.test.ts',
    'test/console/footage-roles.test.ts',
    'test/console/intake-registry.test.ts',
    'test/console/machine.test.ts',
    'test/console/player-drift.test.ts',
    'test/console/records.test.ts',
    'test/faults/disk-errors.test.ts',
    'test/faults/kill-looks.test.ts',
    'test/journeys/archive-trouble.test.ts',
    'test/journeys/readme.test.ts',
    'test/journeys/takes.test.ts',
    'test/postgres/ledger.test.ts',
  ],
];
// A file that was moved would have no turn without a word.
for (const file of TURNS.flat()) if (!existsSync(file)) throw new Error(`test/support/turns.ts: there is no ${file}`);

/** 0 to 3. */
export function turnOf(nowMs: number): number {
  return Math.floor(nowMs / DAY_MS) % TURNS.length;
}

/** How often every turn has come by then: lists that are tried by parts go on by one with it. */
export function roundOf(nowMs: number): number {
  return Math.floor(nowMs / DAY_MS / TURNS.length);
}

/** Files whose turn is not today. Empty unless `scripts/test` runs all that a day has: a file that somebody names is always run. */
export function notToday(nowMs = Date.now()): readonly string[] {
  if (process.env['EVIDOCK_TEST_TURN'] === undefined) return [];
  return TURNS.filter((_, turn) => turn !== turnOf(nowMs)).flat();
}
