/*
 * Goal: in ten years of one station nothing under a hold or a minimum ever goes, nothing is past its maximum without a duty, nothing goes by one person or while the clock is in
 * doubt, and ledger, log, vault and archive agree, whatever is killed, rots, or is set wrong. Method: a random life of the real parts on a clock that is moved; after each day an
 * oracle from the words of the rules, and an auditor that reads the file of the ledger and the disks, say what must be so; neither shares a line with the station.
 * The seed is printed: `EVIDOCK_SIMULATION_SEED=…` repeats it. `scripts/simulation` is the long form.
 */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { START_MS } from '#test/support/builders';
import { temporaryDirectory } from '#test/support/evidock';
import { contradictionsIn } from '#test/support/ledger/replayed';
import { seededRandom } from '#test/support/seeded-random';
import { Acts, killPoints } from './acts.ts';
import { checkDay, checkGone } from './checks.ts';
import { type Place, placeOf } from './places.ts';
import { World } from './world.ts';

const DAY_MS = 86_400_000;
const ENV = process.env;
const DAYS = Number(ENV['EVIDOCK_SIMULATION_DAYS'] ?? 1100);
/** Days between two on which something happens, at most. */
const PAUSE_DAYS = Number(ENV['EVIDOCK_SIMULATION_PAUSE'] ?? 45);
const SEED = Number(ENV['EVIDOCK_SIMULATION_SEED'] ?? 31);
const IN_CHILD = ENV['EVIDOCK_SIMULATION_CHILD'] === '1';
const ON_RGW = ENV['EVIDOCK_SIMULATION_RGW'] === '1';
/** Days begin at midnight, as the dates of storages do. */
const BEGIN_MS = Math.floor(START_MS / DAY_MS) * DAY_MS;
/** What even a short life has met, whatever the seed. */
const MET = [
  'docked',
  'held',
  'released',
  'tagged',
  'adopted',
  'killed',
  'clockMoved',
  'evicted',
  'proposed',
  'approved',
  'asked',
  'due',
  'locked',
];
/** Everything that a long life has to have met. */
const MET_LONG = [
  ...[
    'docked',
    'held',
    'released',
    'tagged',
    'untagged',
    'decided',
    'closed',
    'reopened',
    'adopted',
    'cut',
    'killed',
    'clockMoved',
    'clockConfirmed',
  ],
  ...[
    'evicted',
    'fetched',
    'spoilt vault',
    'healed',
    'proposed',
    'approved',
    'carried out',
    'destroyed',
    'certificates',
    'asked',
    'due',
    'locked',
  ],
  ...['held in time', 'refused disposal-own', 'refused disposal-same-role', 'refused hold-own', 'refused disposal-waits', 'past maximum'],
  ...(ON_RGW ? ['found in the bucket', 'refused by the storage'] : ['spoilt archive']),
];

let directory: string;
let place: Place;
let world: World;
let remove: () => Promise<void>;

beforeEach(async () => {
  const home = await temporaryDirectory();
  directory = home.path;
  remove = () => home.remove();
  place = await placeOf({ directory, beganMs: BEGIN_MS, isOnRgw: ON_RGW, isInChild: IN_CHILD });
  const { station, auditor, realMs } = place;
  world = new World({ station, auditor, below: seededRandom(SEED), startMs: BEGIN_MS, realMs });
}, 300_000);
afterEach(async () => {
  await place?.end();
  await remove();
});

it(`keeps what it must for years, and lets go what it may (seed ${SEED})`, { timeout: 12 * 3_600_000 }, async () => {
  console.log(`simulation of ${DAYS} days: EVIDOCK_SIMULATION_SEED=${SEED}`);
  const acts = new Acts(world);
  const floors = new Map<string, number>();
  const points = killPoints(IN_CHILD);
  try {
    await acts.begin();
    while (world.trueMs < BEGIN_MS + DAYS * DAY_MS) {
      const passedMs = await world.pass(1 + world.below(PAUSE_DAYS));
      world.armed = world.chance(4) ? null : { point: world.pick(points), nth: 1 };
      for (let left = 3 + world.below(6); left > 0; left -= 1) {
        await acts.happen();
        await checkGone(world);
      }
      await world.must('keep', { passedMs });
      const { version } = await world.must('due', {});
      acts.noteInForce(version);
      world.oracle.reach();
      world.oracle.earn();
      await checkGone(world);
      await checkDay(world, floors);
      world.count('days');
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const day = ((world.trueMs - BEGIN_MS) / DAY_MS).toFixed(0);
    console.log(`simulation: EVIDOCK_SIMULATION_SEED=${SEED} failed on day ${day}: ${message}\n${world.historyOf(message)}`);
    throw error;
  }
  console.log(`simulation: ${JSON.stringify(world.counts, Object.keys(world.counts).sort())}`);
  world.auditor.close();
  await world.station.end();
  // The whole ledger is what the log tells.
  expect(contradictionsIn(join(directory, 'ledger.sqlite'))).toEqual([]);
  const met = DAYS < 3000 ? [] : PAUSE_DAYS > 20 ? MET : MET_LONG;
  expect(met.filter((what) => !world.counts[what])).toEqual([]);
});
