import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, askStream, SocketClient } from '#cli/client';
import type { Json } from '#domain/canonical-json';
import { english } from '#domain/reason';
import type { SlotView } from '#ports/slot-board';
import type { Guest } from './guest.ts';

/*
 * The real station in the guest: started from /opt/evidock as a service of its own, asked over its control socket, and watched through its events.
 */

/** A slot as the events of the station show it. */
export type Slot = Omit<SlotView, 'updatedAtMs'>;

export interface StationOptions {
  /** Names the state directory: a station that is started again with it goes on with what it had. */
  readonly name: string;
  /** What differs from the lab's own configuration, by section. */
  readonly config?: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  /** Where the state directory is made; on the guest's data disk unless told. */
  readonly below?: string;
}

const UNIT = 'lab-station';
const BELOW = '/var/lib/evidock';
/** What Node has compiled in the guest. */
const COMPILED_HERE = '/var/cache/evidock/node';
/** What the host has compiled (compiled-sources.ts): by the flags of a station, which differ from those of a command. Empty where the host could not. */
const COMPILED = '/opt/evidock/compiled';
const EVIDOCK = `NODE_COMPILE_CACHE=${COMPILED_HERE} evidock`;
/** The emulated processor compiles slowly, and may have a small part of the machine. */
const START_SECONDS_MAX = 420;
const STOP_MS_MAX = 120_000;
const LOOK_MS = 25;
const LOG_LINES = 60;

export class LabStation {
  readonly guest: Guest;
  readonly state: string;
  readonly #config: string;
  readonly #client: SocketClient;
  readonly #slots = new Map<number, Slot>();
  readonly #shownSafe = new Set<string>();
  /** By docking and phase: when it was first shown so. */
  readonly #shown = new Map<string, Map<Slot['phase'], number>>();
  #following: Promise<void> = Promise.resolve();

  private constructor(guest: Guest, state: string, config: string, client: SocketClient) {
    this.guest = guest;
    this.state = state;
    this.#config = config;
    this.#client = client;
  }

  /** Resolves when the station answers and its slots are being watched. */
  static async start(guest: Guest, options: StationOptions): Promise<LabStation> {
    const home = `${options.below ?? BELOW}/${options.name}`;
    const [state, config] = [`${home}/state`, `${home}/station.json`];
    // JSON is YAML, and this is what the lab's machine needs to know: small disks, no Redis of its own to wait for.
    await guest.sh(`mkdir -p ${home}/secrets && cat >${config} && chmod 700 ${home}/secrets && sync ${config} ${home}`, {
      stdin: configOf(`${home}/secrets`, options),
    });
    const socketPath = await guest.reach(`${state}/run/control.sock`);
    const station = new LabStation(guest, state, config, new SocketClient({ socketPath, user: 'lab' }));
    const cache = `$(ls -A ${COMPILED} | grep -q . && echo ${COMPILED} || echo ${COMPILED_HERE})`;
    const run = `env NODE_COMPILE_CACHE=${cache} evidock --config ${config} --state ${state} run`;
    await guest.sh(`systemd-run -q --unit ${UNIT} --collect -p KillMode=mixed -p TimeoutStopSec=100 ${run}`);
    await station.#answers();
    await station.#follow();
    return station;
  }

  /** As `systemctl stop`, and waits until its recorders are unmounted. */
  async stop(): Promise<void> {
    await this.guest.sh(`systemctl stop ${UNIT} || ! systemctl is-active -q ${UNIT}`, { timeoutMs: STOP_MS_MAX });
    await this.#following;
    const left = await this.guest.run(`findmnt -rno TARGET | grep ^${this.state}/`);
    if (left.stdout !== '') throw new Error(`still mounted after the stop: ${left.stdout}`);
  }

  /** Throws away what it took in. It must be stopped. */
  async forget(): Promise<void> {
    await this.guest.sh(`rm -rf ${this.state.replace(/\/state$/, '')}`);
  }

  /** Every slot that has shown anything, as it is now. */
  get slots(): readonly Slot[] {
    return [...this.#slots.values()];
  }

  /** The slot that shows this recorder; the one where it was last if it is gone. */
  slotOf(serial: string): Slot | undefined {
    const shown = this.slots.filter((slot) => slot.recorderSerial === serial);
    return shown.find(({ phase }) => phase !== 'removed') ?? shown[0];
  }

  /** Dockings that were ever shown as safe to undock. */
  get shownSafe(): ReadonlySet<string> {
    return this.#shownSafe;
  }

  /** When a docking was first shown in a phase (`performance.now()`); undefined if it never was. */
  shownAtMs(dockingId: string, phase: Slot['phase']): number | undefined {
    return this.#shown.get(dockingId)?.get(phase);
  }

  /** Waits until `look` gives something; throws with the slots and the station's last words after so many seconds. */
  async until<T>(what: string, seconds: number, look: () => T | undefined | false): Promise<T> {
    const end = performance.now() + seconds * 1000;
    for (;;) {
      const found = look();
      if (found !== undefined && found !== false) return found;
      if (performance.now() > end) throw new Error(`not within ${seconds} s: ${what}\n${await this.lastWords()}`);
      await sleep(LOOK_MS);
    }
  }

  /** Waits until a recorder that is docked is shown as safe. */
  safe(serial: string, seconds = 180): Promise<Slot> {
    return this.until(`${serial} is safe to undock`, seconds, () => {
      const slot = this.slotOf(serial);
      return slot?.phase === 'safe' && slot;
    });
  }

  /** What the slots show and the station has logged, for an error. */
  async lastWords(): Promise<string> {
    const slots = this.slots.map((slot) => {
      const { phase, port, recorderSerial, filesSealed, filesListed, problem, waiting } = slot;
      const words = problem ? ` ${problem.code}: ${english(problem.reason)}` : '';
      return `  slot ${slot.slot} (${port}) ${recorderSerial}: ${phase}, ${filesSealed} of ${filesListed}, waits for ${waiting}${words}`;
    });
    const log = await this.guest.run(`journalctl -u ${UNIT} -n ${LOG_LINES} -o cat --no-pager`).catch(() => null);
    return ['slots:', ...slots, 'log:', log?.stdout ?? 'no answer'].join('\n');
  }

  /** How often the log tells this event. */
  async logged(event: string): Promise<number> {
    const outcome = await this.guest.run(`journalctl -b -u ${UNIT} -o cat --no-pager | grep -c '"event":"${event}"'`);
    return Number(outcome.stdout);
  }

  get<T>(path: string): Promise<T> {
    return ask<T>(this.#client, 'GET', path);
  }

  /** What `evidock verify` asks for: the station reads everything again. Throws with what it found. */
  async verify(): Promise<void> {
    const { body } = await askStream(this.#client, 'POST', '/verify', { body: {} });
    const lines = (await text(body)).trimEnd().split('\n');
    const found = lines.filter((line) => !line.includes('"type":"progress"'));
    const summary = JSON.parse(lines.at(-1) ?? '{}') as { readonly type?: string; readonly faults?: number };
    if (summary.type !== 'summary' || summary.faults !== 0) throw new Error(`verify is not clean:\n${found.join('\n')}`);
  }

  /** The same as an operator does it; costs the start of a program. */
  async verifyByCommand(): Promise<void> {
    const command = `env ${EVIDOCK} --lang en --config ${this.#config} --state ${this.state} verify`;
    const outcome = await this.guest.run(command, { timeoutMs: 300_000 });
    if (outcome.status !== 0) throw new Error(`verify ended with ${outcome.status}:\n${outcome.stdout}${outcome.stderr}`);
  }

  async #answers(): Promise<void> {
    const end = performance.now() + START_SECONDS_MAX * 1000;
    // Behind the forwarded socket there is nobody at first, which ssh tells in several ways.
    while (!(await this.#client.answers().catch(() => false))) {
      const alive = (await this.guest.run(`systemctl is-active ${UNIT}`)).stdout.trim();
      if (alive !== 'active' || performance.now() > end) throw new Error(`the station did not start (${alive})\n${await this.lastWords()}`);
      await sleep(200);
    }
  }

  async #follow(): Promise<void> {
    const { body } = await askStream(this.#client, 'GET', '/events');
    const { promise: first, resolve } = Promise.withResolvers<void>();
    const read = async () => {
      let rest = '';
      for await (const chunk of body.setEncoding('utf8') as AsyncIterable<string>) {
        const events = (rest + chunk).split('\n\n');
        rest = events.pop() ?? '';
        for (const event of events) this.#take(event);
        resolve();
      }
    };
    // It ends with the station, or with the machine.
    this.#following = read().catch(() => undefined);
    await Promise.race([first, sleep(60_000, undefined, { ref: false })]);
  }

  #take(event: string): void {
    const [, name, data] = /^event: (\w+)\ndata: (.*)$/s.exec(event) ?? [];
    if (name === 'slots') for (const slot of JSON.parse(data ?? '[]') as Slot[]) this.#show(slot);
    if (name === 'slot') this.#show(JSON.parse(data ?? '{}') as Slot);
  }

  #show(slot: Slot): void {
    this.#slots.set(slot.slot, slot);
    if (slot.dockingId === null) return;
    if (slot.phase === 'safe') this.#shownSafe.add(slot.dockingId);
    const phases = this.#shown.get(slot.dockingId) ?? new Map<Slot['phase'], number>();
    if (!phases.has(slot.phase)) phases.set(slot.phase, performance.now());
    this.#shown.set(slot.dockingId, phases);
  }
}

function configOf(secrets: string, { name, config = {} }: StationOptions): string {
  const sections: Record<string, Record<string, Json>> = {
    station: { id: 'lab', name, timezone: 'Etc/UTC' },
    dock: { usb: true, secrets },
    intake: { reserve: 16 },
    // What the lab docks is noise, not video: nothing is to be made of it, and the emulated processor has better things to do.
    derive: { ffmpeg: '/bin/false', ffprobe: '/bin/false' },
    http: { port: 0 },
  };
  for (const [section, values] of Object.entries(config)) sections[section] = { ...sections[section], ...values };
  return JSON.stringify(sections);
}
