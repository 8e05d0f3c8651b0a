import { basename } from 'node:path';
import { DirectoryAccess } from '#adapters/directory-dock/directory-access';
import { WipeStage } from '#dock/wipe-stage';
import type { Docking } from '#domain/docking';
import type { Archive } from '#ports/archive';
import type { Arrival, ClockOutcome, ClockSetting, Dock, DockHandler, DockNotice } from '#ports/dock';
import type { RecorderAccess } from '#ports/recorder-access';
import type { SlotView } from '#ports/slot-board';
import { about, toldBy } from '#test/support/custody';
import { DockDesk } from '../../../src/station/dock-desk.ts';
import { intakeStation, type StationOptions } from './intake-station.ts';

/** A dock into which a test plugs directories. */
class PlugDock implements Dock {
  readonly released: string[] = [];
  #handler: DockHandler | undefined;

  async start(handler: DockHandler): Promise<void> {
    this.#handler = handler;
  }

  arrive(arrival: Arrival): void {
    this.#handler?.arrived(arrival);
  }

  remove(key: string): void {
    this.#handler?.removed(key);
  }

  notice(notice: DockNotice): void {
    this.#handler?.noticed(notice);
  }

  async setClock(setting: ClockSetting, outcome: ClockOutcome | null): Promise<void> {
    await this.#handler?.settingClock(setting);
    if (outcome) await this.#handler?.clockSettled(setting, outcome);
  }

  async release(key: string): Promise<void> {
    this.released.push(key);
  }

  async stop(): Promise<void> {
    this.#handler = undefined;
  }
}

interface Options extends StationOptions {
  readonly wipe?: 'never' | 'after-sealed' | 'after-archived';
  readonly filesPerBatch?: number;
  /** The archive that a wipe asks for what was evicted. */
  readonly archived?: Pick<Archive, 'name' | 'head'>;
  /** Another dock beside the one into which a test plugs directories. */
  readonly beside?: Dock;
}

/** The desk with all its stages over plain directories. */
export async function dockStation(state: string, options: Options = {}) {
  const station = await intakeStation(state, undefined, {
    ...options,
    onSafe: (id) => desk.safe(id),
    onListed: (id) => desk.listed(id),
  });
  const { parts, board, ledger } = station;
  const wipeStage = new WipeStage({
    ...parts,
    archive: options.archived ?? null,
    needs: { copies: 1, freshMs: 30 * 86_400_000, readBack: true },
    proof: parts.intake,
    policy: options.wipe ?? 'never',
    filesPerBatch: options.filesPerBatch ?? 2,
  });
  const dock = new PlugDock();
  const byRequest = new PlugDock();
  const desk: DockDesk = new DockDesk({
    ...parts,
    wipeStage,
    docks: [dock, byRequest, ...(options.beside ? [options.beside] : [])],
    byRequest,
    release: true,
    retryMs: 20,
    sweepSeconds: 3600,
  });
  await desk.start();
  let arrivals = 0;
  return {
    ...station,
    desk,
    dock,
    byRequest,
    /** Plugs a directory in; returns the key of the arrival. */
    plug(root: string, overrides: Partial<Arrival> = {}): string {
      arrivals += 1;
      const label = basename(root);
      const access: RecorderAccess = new DirectoryAccess({ root, label });
      const key = `plug-${arrivals}`;
      dock.arrive({
        key,
        port: '1-4.1',
        hub: '1-4',
        slot: null,
        serial: 'R1',
        vendorId: null,
        productId: null,
        manufacturer: null,
        product: null,
        clockOffsetMs: null,
        batteryPercent: null,
        clockSet: null,
        unlocked: false,
        facts: [],
        volume: station.plain(root),
        access,
        unclean: null,
        ...overrides,
      });
      return key;
    },
    slot: (slot: number): SlotView | undefined => board.snapshot().find((view) => view.slot === slot),
    /** Polls until `look` is true of the slot. */
    async until(slot: number, look: (view: SlotView) => boolean, seconds = 20): Promise<SlotView> {
      const end = performance.now() + seconds * 1000;
      for (;;) {
        const view = board.snapshot().find((each) => each.slot === slot);
        if (view && look(view)) return view;
        if (performance.now() > end) throw new Error(`slot ${slot} is ${JSON.stringify(view)}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    docking: async (slot: number): Promise<Docking | undefined> =>
      (await ledger.dockings.list({ limit: 1000 })).find((docking) => docking.slot === slot),
    /** Custody entries of a type, oldest first, with everything that they tell in `data`. */
    async custody(type: string, subject: string): Promise<readonly { readonly data: Record<string, unknown>; readonly subject: string }[]> {
      const entries = (await ledger.custody.of(about(subject))).filter((entry) => entry.type === type);
      return entries.map((entry) => ({ subject: entry.subject.id, data: toldBy(entry) }));
    },
    async close() {
      await desk.stop();
      await station.close();
    },
  };
}
