import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ROOT, runProgram } from '#test/support/evidock';
import { frozenGuest } from './frozen-guest.ts';
import { Guest } from './guest.ts';
import { type ProjectDisks, projectDisks } from './project-disks.ts';
import type { LabContext, Scenario } from './scenario.ts';
import { QUICK_SCENARIOS, SCENARIOS } from './scenarios/list.ts';

/*
 * Runs scenarios one after another, each with guests of its own, and says how many passed. Called by scripts/lab.
 */

const BUILD_MS = 1_800_000;

interface Run {
  readonly shared: SharedGuest;
  readonly built: string;
  readonly disks: ProjectDisks;
  readonly frozen: string;
  readonly seed: number;
  readonly long: boolean;
  readonly verbose: boolean;
}

/** One machine for all scenarios that do not ask for one of their own. */
class SharedGuest {
  readonly #make: () => Guest;
  #guest: Guest | undefined;

  constructor(make: () => Guest) {
    this.#make = make;
  }

  async get(): Promise<Guest> {
    this.#guest ??= this.#make();
    if (!this.#guest.running) await this.#guest.start();
    return this.#guest;
  }

  /** The machine, if there is one: for the logs of a scenario that failed. */
  get booted(): readonly Guest[] {
    return this.#guest ? [this.#guest] : [];
  }

  async forget(): Promise<void> {
    const guest = this.#guest;
    this.#guest = undefined;
    await guest?.forget();
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      long: { type: 'boolean', default: false },
      verbose: { type: 'boolean', default: false },
      /** What build-guest printed. */
      built: { type: 'string' },
      list: { type: 'boolean', default: false },
      /** Only the scenarios that share one machine. */
      quick: { type: 'boolean', default: false },
      seed: { type: 'string' },
    },
  });
  if (values.list) {
    for (const scenario of SCENARIOS) console.log(`${scenario.name.padEnd(16)} ${scenario.title}`);
    return;
  }
  const all = values.quick ? QUICK_SCENARIOS : SCENARIOS;
  const chosen = positionals.length === 0 ? all.filter(({ byName }) => !byName) : positionals.map(named);
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(values.seed);
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) throw new Error(`--seed takes a whole number below 2^32, not ${values.seed}`);
  if (values.built === undefined) throw new Error('--built DIR is missing; scripts/lab gives it');
  const disks = await projectDisks();
  const frozen = await frozenGuest(values.built, disks);
  const shared = new SharedGuest(() => new Guest({ built: values.built ?? '', disks, frozen }));
  const run = { shared, built: values.built, disks, frozen, seed, long: values.long, verbose: values.verbose };
  console.log(`seed ${seed} (scripts/lab --seed ${seed} repeats the run's chances)`);
  let failed = 0;
  for (const scenario of chosen) failed += (await passes(scenario, run)) ? 0 : 1;
  await shared.forget();
  console.log(`${chosen.length - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

function named(name: string): Scenario {
  const found = SCENARIOS.find((scenario) => scenario.name === name);
  if (found === undefined) throw new Error(`no scenario ${name}; there are: ${SCENARIOS.map((scenario) => scenario.name).join(', ')}`);
  return found;
}

async function passes(scenario: Scenario, run: Run): Promise<boolean> {
  const started = performance.now();
  const seconds = () => ((performance.now() - started) / 1000).toFixed(1);
  const directory = await mkdtemp(join(tmpdir(), 'evd-lab-images-'));
  const guests: Guest[] = [];
  let usesShared = false;
  const notes: string[] = [];
  const figures: string[] = [];
  const minutes = run.long ? scenario.minutesMax.long : scenario.minutesMax.short;
  const ended = new AbortController();
  const signal = AbortSignal.any([AbortSignal.timeout(minutes * 60_000), ended.signal]);
  const note = (text: string) => {
    notes.push(`  ${scenario.name} ${seconds()} s: ${text}`);
    if (run.verbose) console.log(notes.at(-1));
  };
  const context: LabContext = {
    ...{ directory, signal, long: run.long, note, random: randomOf(run.seed, scenario.name) },
    shared: async () => {
      signal.throwIfAborted();
      usesShared = true;
      return run.shared.get();
    },
    boot: async (options = {}) => {
      signal.throwIfAborted();
      const { cold = false, ...sizes } = options;
      const usual = sizes.memoryMiB === undefined && sizes.dataBytes === undefined && !sizes.screen;
      const built = sizes.screen ? await guestWithScreen() : run.built;
      const guest = new Guest({ built, disks: run.disks, ...(usual && !cold ? { frozen: run.frozen } : {}), ...sizes });
      guests.push(guest);
      await guest.start();
      return guest;
    },
    figure: (text) => {
      figures.push(text);
      note(text);
    },
  };
  let failure: unknown;
  const running = scenario.run(context);
  try {
    await Promise.race([running, timeUp(minutes, signal)]);
    console.log(`ok: ${scenario.name} (${seconds()} s): ${scenario.title}`);
    if (figures.length > 0) console.log(`  figures: ${figures.join('; ')}`);
  } catch (error) {
    failure = error;
    console.log(`FAILED: ${scenario.name} (${seconds()} s): ${scenario.title}`);
    if (!run.verbose) console.log(notes.join('\n'));
    console.log(error instanceof Error ? error.stack : error);
    await keepLogs(scenario.name, usesShared ? [...guests, ...run.shared.booted] : guests);
    if (usesShared) await run.shared.forget();
  } finally {
    ended.abort();
    for (const guest of guests) await guest.forget();
    // Its guests are gone: what the scenario still waits for ends now, and its failure is known.
    await Promise.race([running.catch(() => undefined), sleep(30_000, undefined, { ref: false })]);
    await rm(directory, { recursive: true, force: true });
  }
  return failure === undefined;
}

/** Built when a scenario asks for it: it takes minutes and half a gigabyte. */
async function guestWithScreen(): Promise<string> {
  const built = await runProgram(join(ROOT, 'test/lab/build-guest'), ['--screen'], { timeoutMs: BUILD_MS });
  if (built.status !== 0) throw new Error(`the guest with a screen was not built: ${built.stderr}`);
  return built.stdout.trim();
}

/** Rejects when the time is up; stays silent when the scenario ended before. */
async function timeUp(minutes: number, signal: AbortSignal): Promise<never> {
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  throw new Error(`not done within ${minutes} minutes`);
}

/** Console and QEMU logs of a failed scenario, and the guest's journal if it still answers, for a person to read. */
async function keepLogs(name: string, guests: readonly Guest[]): Promise<void> {
  const place = join(ROOT, 'var/lab', name);
  await rm(place, { recursive: true, force: true });
  for (const [index, guest] of guests.entries()) {
    const directory = join(place, `guest-${index + 1}`);
    await mkdir(directory, { recursive: true });
    for (const log of ['console.log', 'qemu.log']) await cp(join(guest.directory, log), join(directory, log)).catch(() => undefined);
    if (guest.running) await writeFile(join(directory, 'journal.log'), (await guest.run('journalctl -b --no-pager')).stdout);
  }
  console.log(`  logs: ${place}`);
}

/** mulberry32, started from the run's seed and the scenario's name: one scenario alone has the same chances as in a whole run. */
function randomOf(seed: number, name: string): () => number {
  let state = seed;
  for (const character of name) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

// Guests are killed when the process exits, which a signal alone does not bring about.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
try {
  await main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
