import type { Docking, SlotPhase } from '#domain/docking';
import { DockingStatus } from '#domain/docking-status';
import { type DockingPatch, EMPTY_SLOT, type PortView, type SlotBoard, type SlotView } from '#ports/slot-board';

const WINDOW_MS = 5000;
const TELL_EVERY_MS = 250;
/** The event streams of all ways in, with some to spare. */
const LISTENERS_MAX = 320;
/** Phases of a docking that is there: only its own status shows them. */
const DOCKED: readonly SlotPhase[] = ['arrived', 'listing', 'copying', 'rechecking', 'setting-clock', 'wiping', 'safe'];

interface Slot {
  view: SlotView;
  /** Bytes copied at moments of the last seconds, oldest first. */
  readonly samples: { atMs: number; bytes: number }[];
  toldAtMs: number;
  timer: NodeJS.Timeout | undefined;
  /** Fires when no byte has come for as long as a rate is measured. */
  stalled: NodeJS.Timeout | undefined;
  /** Nothing shows there any more, though listeners may still have to hear of it. */
  cleared: boolean;
}

/** The slots as they are now, in memory; rates from the monotonic clock. */
export class LiveSlotBoard implements SlotBoard {
  readonly #slots = new Map<number, Slot>();
  readonly #listeners = new Set<(view: SlotView) => void>();
  readonly #nowMs: () => number;

  /** `nowMs`: wall clock, for `updatedAtMs` only. */
  constructor(options: { nowMs: () => number }) {
    this.#nowMs = options.nowMs;
  }

  openDocking(
    { id, slot, port, recorderSerial, driverId }: Pick<Docking, 'id' | 'slot' | 'port' | 'recorderSerial' | 'driverId'>,
    patch: DockingPatch,
  ) {
    this.#put(slot, { ...EMPTY_SLOT, port, dockingId: id, recorderSerial, driverId, ...shownOf(patch, EMPTY_SLOT) });
  }

  updateDocking(dockingId: string, patch: DockingPatch): void {
    const entry = this.#of(dockingId);
    if (entry) this.#change(entry, shownOf(patch, entry.view));
  }

  docking(dockingId: string): SlotView | undefined {
    const entry = this.#of(dockingId);
    return entry && current(entry);
  }

  showPort(slot: number, view: PortView): void {
    mustBeIdle(slot, view.phase);
    this.#put(slot, { ...EMPTY_SLOT, ...view });
  }

  restore(slot: number, view: Omit<SlotView, 'slot' | 'updatedAtMs'>): void {
    mustBeIdle(slot, view.phase);
    this.#put(slot, view);
  }

  #put(slot: number, view: Omit<SlotView, 'slot' | 'updatedAtMs'>): void {
    const entry = this.#slot(slot);
    entry.samples.length = 0;
    this.#change(entry, { ...view, slot });
  }

  #change(entry: Slot, patch: Partial<SlotView>): void {
    entry.view = { ...entry.view, ...patch, updatedAtMs: this.#nowMs() };
    entry.cleared = false;
    this.#tell(entry);
  }

  /** By its docking: a recorder is where its docking says, and of two dockings of one slot the slot shows one. */
  #of(dockingId: string): Slot | undefined {
    for (const entry of this.#slots.values()) if (entry.view.dockingId === dockingId && !entry.cleared) return entry;
    return undefined;
  }

  copied(dockingId: string, bytes: number): void {
    const entry = this.#of(dockingId);
    if (!entry) return;
    const nowMs = performance.now();
    const bytesCopied = Math.max(0, entry.view.bytesCopied + bytes);
    entry.samples.push({ atMs: nowMs, bytes: bytesCopied });
    while (entry.samples.length > 2 && (entry.samples[0]?.atMs ?? 0) < nowMs - WINDOW_MS) entry.samples.shift();
    const first = entry.samples[0];
    const seconds = first ? (nowMs - first.atMs) / 1000 : 0;
    const bytesPerSecond = first && seconds > 0 ? Math.max(0, Math.round((bytesCopied - first.bytes) / seconds)) : 0;
    const left = Math.max(0, entry.view.bytesListed - bytesCopied);
    const secondsLeft = bytesPerSecond > 0 ? Math.ceil(left / bytesPerSecond) : null;
    entry.view = { ...entry.view, bytesCopied, bytesPerSecond, secondsLeft, updatedAtMs: this.#nowMs() };
    // Listeners must also hear that no bytes come any more: the rate is 0 then.
    entry.stalled ??= setTimeout(() => this.#tell(entry), WINDOW_MS + TELL_EVERY_MS).unref();
    entry.stalled.refresh();
    this.#tell(entry);
  }

  passed(dockingId: string, bytes: number): void {
    const entry = this.#of(dockingId);
    if (!entry) return;
    entry.view = { ...entry.view, bytesCopied: entry.view.bytesCopied + bytes, updatedAtMs: this.#nowMs() };
    // These bytes were passed over and not read. The samples move with the count, so that no rate comes of them.
    for (const [at, sample] of entry.samples.entries()) entry.samples[at] = { ...sample, bytes: sample.bytes + bytes };
    this.#tell(entry);
  }

  clear(slot: number): void {
    const entry = this.#slots.get(slot);
    if (!entry) return;
    entry.view = { slot, port: '', ...EMPTY_SLOT, updatedAtMs: this.#nowMs() };
    entry.samples.length = 0;
    entry.cleared = true;
    this.#tell(entry);
  }

  snapshot(): readonly SlotView[] {
    const shown = [...this.#slots.values()].filter((entry) => !entry.cleared);
    return shown.map((entry) => current(entry)).sort((a, b) => a.slot - b.slot);
  }

  subscribe(listener: (view: SlotView) => void): () => void {
    if (this.#listeners.size >= LISTENERS_MAX) throw new RangeError(`more than ${LISTENERS_MAX} listeners on the slot board`);
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #slot(slot: number): Slot {
    let entry = this.#slots.get(slot);
    if (!entry) {
      entry = {
        view: { slot, port: '', ...EMPTY_SLOT, updatedAtMs: this.#nowMs() },
        samples: [],
        toldAtMs: 0,
        timer: undefined,
        stalled: undefined,
        cleared: false,
      };
      this.#slots.set(slot, entry);
    }
    return entry;
  }

  #tell(entry: Slot): void {
    if (entry.timer || this.#listeners.size === 0) return;
    const wait = Math.max(0, entry.toldAtMs + TELL_EVERY_MS - performance.now());
    entry.timer = setTimeout(() => {
      entry.timer = undefined;
      entry.toldAtMs = performance.now();
      for (const listener of this.#listeners) listener(current(entry));
    }, wait);
    entry.timer.unref();
  }
}

/** A rate is of the last seconds: where nothing has come for so long, there is none. */
function current({ view, samples }: Slot): SlotView {
  const last = samples.at(-1);
  if (view.bytesPerSecond === 0 || (last && last.atMs >= performance.now() - WINDOW_MS)) return view;
  return { ...view, bytesPerSecond: 0, secondsLeft: null };
}

function mustBeIdle(slot: number, phase: SlotPhase): void {
  if (DOCKED.includes(phase)) throw new RangeError(`slot ${slot}: what is ${phase} is shown by its docking alone`);
}

/** Phase and problem are those of the status, which `DockingStatus` must have made; whatever else a patch says of them counts for nothing. */
function shownOf({ status, ...patch }: DockingPatch, before: Pick<SlotView, 'phase' | 'problem'>): Partial<SlotView> {
  const { phase, problem } = status === undefined ? before : DockingStatus.mustBe(status).shown;
  return { ...patch, phase, problem };
}
