import type { Guest } from './guest.ts';
import { plug, plugHub, type Stick, yank } from './plugs.ts';
import type { LabContext } from './scenario.ts';
import { LabStation, type StationOptions } from './station.ts';

/**
 * A station in the shared guest, and hands at its ports that remember what is plugged in. The scenario leaves the guest as it found it: devices
 * pulled, station stopped, its state gone.
 */
export class Bench {
  readonly guest: Guest;
  readonly context: LabContext;
  readonly #options: StationOptions;
  /** What is plugged in, by name, with its port. */
  readonly #plugged = new Map<string, string>();
  #station: LabStation | undefined;

  private constructor(context: LabContext, guest: Guest, options: StationOptions) {
    this.context = context;
    this.guest = guest;
    this.#options = options;
  }

  /** Runs `work` with a station that has a fresh state directory. */
  static async with(context: LabContext, options: StationOptions, work: (bench: Bench) => Promise<void>): Promise<void> {
    const guest = await context.shared();
    const bench = new Bench(context, guest, options);
    await bench.startStation();
    context.note('the station runs');
    await work(bench);
    await bench.#leave();
  }

  get station(): LabStation {
    if (this.#station === undefined) throw new Error('the station does not run');
    return this.#station;
  }

  /** Also after a power cut: the same state directory, the same configuration. */
  async startStation(): Promise<LabStation> {
    this.#station = await LabStation.start(this.guest, this.#options);
    return this.#station;
  }

  async plug(stick: Stick): Promise<void> {
    await plug(this.guest, stick);
    this.#plugged.set(stick.name, stick.port);
  }

  async plugHub(hub: { readonly name: string; readonly port: string }): Promise<void> {
    await plugHub(this.guest, hub);
    this.#plugged.set(hub.name, hub.port);
  }

  /** Pulls a device, with everything that is plugged into it; returns the moment at which it was pulled. */
  async yank(name: string): Promise<number> {
    const port = this.#plugged.get(name);
    if (port === undefined) throw new Error(`${name} is not plugged in`);
    const behind = [...this.#plugged].filter(([, other]) => other.startsWith(`${port}.`)).map(([device]) => device);
    const pulledMs = await yank(this.guest, name, behind);
    for (const device of [name, ...behind]) this.#plugged.delete(device);
    return pulledMs;
  }

  isPlugged(name: string): boolean {
    return this.#plugged.has(name);
  }

  /** Kills the machine and boots its disks again; nothing is plugged in then. */
  async powerCut(): Promise<void> {
    await this.guest.powerCut();
    this.#plugged.clear();
    await this.guest.start();
  }

  async #leave(): Promise<void> {
    // Hubs last: what is plugged into them goes by name.
    for (const name of [...this.#plugged.keys()].reverse()) if (this.#plugged.has(name)) await this.yank(name);
    await this.station.stop();
    await this.station.forget();
  }
}
