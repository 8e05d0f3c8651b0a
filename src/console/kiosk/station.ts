import type { Schemas } from '../client/api.ts';
import { ask, Refused } from '../client/request.ts';
import { Store } from './store.ts';

export type Slot = Schemas['KioskSlot'];

/**
 * `connecting`: nothing was heard yet. `unpaired`: the station does not know this browser. `live`: the station was heard within the last seconds. `lost`: it was not,
 * and what is known of the slots is worth nothing.
 */
export type Standing = 'connecting' | 'unpaired' | 'live' | 'lost';

/** When the station was heard last, and what its clock said. */
export interface Beat {
  /** Time of day of the station in its zone, ms since its midnight; it goes on by this browser's own clock. */
  readonly dayMs: number;
  /** Of the browser, `performance.now()`. */
  readonly heardMs: number;
}

interface Told {
  /** What happened to slots while somebody could have seen it. */
  readonly onChange: (before: readonly Slot[], after: readonly Slot[]) => void;
  /** The stream stands again, also for the first time. */
  readonly onBack: () => void;
}

/** The station beats each 1.5 s. After so long without one every tile is grey, which is within 5 s of the last that came. */
const SILENT_MS = 4200;
const LOOKED_MS = 300;
const WAITS_MS = [500, 1000, 2000, 4000];
/** Changes of slots are gathered for so long: 64 slots that copy would have the screen drawn 256 times a second. */
const GATHERED_MS = 200;
/** Answers that tell that this browser is no kiosk, or is none any more. */
const UNPAIRED: readonly number[] = [401, 403, 409];

/** What the screen knows of the station, for as long as the page lives. */
export class Station {
  readonly standing = new Store<Standing>('connecting');
  readonly kiosk = new Store<Schemas['OwnKiosk'] | null>(null);
  readonly slots = new Store<readonly Slot[]>([]);
  readonly beat = new Store<Beat | null>(null);
  readonly #told: Told;
  #source: EventSource | null = null;
  #tries = 0;
  /** Slots were told since this screen was paired or loaded: only then is a difference something that happened. */
  #hasSlots = false;
  #heardMs = performance.now();
  /** Changes that are not shown yet, by number of the slot. */
  readonly #gathered = new Map<number, Slot>();
  #telling: ReturnType<typeof setTimeout> | undefined;

  constructor(told: Told) {
    this.#told = told;
  }

  start(): void {
    setInterval(() => this.#watch(), LOOKED_MS);
    void this.#connect();
  }

  /** This screen was paired just now. */
  paired(): void {
    this.standing.set('connecting');
    void this.#connect();
  }

  #watch(): void {
    const { standing } = this;
    if (standing.value === 'unpaired' || performance.now() - this.#heardMs <= SILENT_MS) return;
    standing.set('lost');
    // A stream that says nothing is given up like one that broke. Each try has as long as the one before it.
    if (this.#source) this.#again();
    this.#heardMs = performance.now();
  }

  async #connect(): Promise<void> {
    try {
      this.kiosk.set(await ask('GET /api/v1/kiosks/own', { signal: AbortSignal.timeout(SILENT_MS) }));
    } catch (error) {
      if (error instanceof Refused && UNPAIRED.includes(error.problem.status)) this.#forget();
      else this.#again();
      return;
    }
    const source = new EventSource('/api/v1/kiosks/own/events');
    this.#source = source;
    source.addEventListener('slots', ({ data }) => {
      this.#gathered.clear();
      this.#tries = 0;
      this.#show(JSON.parse(data) as Slot[]);
      this.#hear(null);
      this.#told.onBack();
    });
    source.addEventListener('slot', ({ data }) => {
      const slot = JSON.parse(data) as Slot;
      this.#gathered.set(slot.slot, slot);
      this.#telling ??= setTimeout(() => this.#tell(), GATHERED_MS);
      this.#hear(null);
    });
    source.addEventListener('beat', ({ data }) => this.#hear((JSON.parse(data) as { at: string }).at));
    // The browser's own way of coming back has no bound, and does not ask whether this screen is still paired.
    source.onerror = () => {
      if (this.#source === source) this.#again();
    };
  }

  #again(): void {
    this.#source?.close();
    this.#source = null;
    const wait = WAITS_MS[Math.min(this.#tries, WAITS_MS.length - 1)] ?? 0;
    this.#tries += 1;
    setTimeout(() => void this.#connect(), wait * (0.75 + Math.random() / 2));
  }

  /** `at`: what its clock says, if it told. */
  #hear(at: string | null): void {
    this.#heardMs = performance.now();
    if (at !== null) this.beat.set({ dayMs: dayMsOf(at), heardMs: this.#heardMs });
    this.standing.set('live');
  }

  #tell(): void {
    this.#telling = undefined;
    if (this.#gathered.size === 0) return;
    const next = new Map(this.slots.value.map((slot) => [slot.slot, slot]));
    for (const [number, slot] of this.#gathered) next.set(number, slot);
    this.#gathered.clear();
    this.#show([...next.values()].sort((a, b) => a.slot - b.slot));
  }

  #show(next: readonly Slot[]): void {
    const before = this.slots.value;
    this.slots.set(next);
    if (this.#hasSlots) this.#told.onChange(before, next);
    this.#hasSlots = true;
  }

  #forget(): void {
    this.#source?.close();
    this.#source = null;
    this.#hasSlots = false;
    this.kiosk.set(null);
    this.slots.set([]);
    this.standing.set('unpaired');
  }
}

/** `2026-06-20T16:00:00.000+08:00`: what a clock on the wall of the station shows, ms since midnight. */
function dayMsOf(at: string): number {
  return Date.parse(`1970-01-01T${at.slice(11, 19)}Z`);
}
