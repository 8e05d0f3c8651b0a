import type { Guest, GuestOptions } from './guest.ts';

interface BootOptions extends Partial<Pick<GuestOptions, 'memoryMiB' | 'dataBytes' | 'forward' | 'screen'>> {
  readonly cold?: boolean;
}

/** What a scenario gets. Everything it makes goes away with it. */
export interface LabContext {
  /**
   * A running machine of the scenario's own; it is forgotten when the scenario ends. It wakes up from a frozen one within seconds, unless it is
   * to boot (`cold`) or differs in memory or data disk.
   */
  boot(options?: BootOptions): Promise<Guest>;
  /**
   * The machine that scenarios share, one after another: thrown away when one fails. Who uses it leaves nothing plugged in and nothing running, as
   * Bench does; after the first start of a station in it the next ones are quicker.
   */
  shared(): Promise<Guest>;
  /** Numbers in [0, 1) that follow from the printed seed: the only chance a scenario may use. */
  random(): number;
  /** A temporary directory on the host, for images. */
  readonly directory: string;
  /** Whether `--long` was given: more rounds, for figures. */
  readonly long: boolean;
  /** Says what was seen; shown with the time since the scenario began if it fails, or at once with `--verbose`. */
  note(text: string): void;
  /** Tells what was measured or counted: shown in one line below a scenario that passed, whether `--verbose` or not. */
  figure(text: string): void;
  /** Aborted when the scenario's time is up. */
  readonly signal: AbortSignal;
}

export interface Scenario {
  /** Names it on the command line; lower case and dashes. */
  readonly name: string;
  /** One sentence: what holds if it passes. */
  readonly title: string;
  /** Run only where it is named. */
  readonly byName?: boolean;
  /**
   * The scenario fails after so long; `long` is for `--long`. For what hangs, not for what is slow: on a busy machine the start of a station alone may
   * take seven minutes (station.ts).
   */
  readonly minutesMax: { readonly short: number; readonly long: number };
  /** Passes if it does not throw. */
  run(context: LabContext): Promise<void>;
}
