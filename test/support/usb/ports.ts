import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { pino } from 'pino';
import { DirectoryAccess } from '#adapters/directory-dock/directory-access';
import { DirectoryVolume } from '#adapters/directory-dock/directory-volume';
import type { Mounted, Mounter } from '#adapters/usb-dock/mounter';
import type { UsbDockOptions } from '#adapters/usb-dock/usb-dock';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { Arrival, ClockOutcome, ClockSetting, DockHandler, DockNotice } from '#ports/dock';
import { MASS_STORAGE, type UsbTree } from './tree.ts';

/* For tests of USB ports over a fake /sys: a mounter that mounts directories, and a handler that notes what a dock tells. */

/** Mounts for each disk its directory below `cards`. An empty one gets a file. Files stay after the unmount. */
export class CardMounter implements Mounter {
  readonly mounts: string[] = [];
  readonly failing = new Set<string>();
  /** Ports that were powered off. */
  readonly off: string[] = [];
  /** Called when a disk is mounted. */
  onMount: (device: string) => Promise<void> = async () => undefined;
  onPowerOff: (port: string) => Promise<void> = async () => undefined;
  /** Labels of disks; `BODYCAM` unless told. */
  readonly labels = new Map<string, string>();
  readonly #cards: string;
  #next = 0;

  constructor(cards: string) {
    this.#cards = cards;
  }

  async mount({ device }: { device: string }): Promise<Mounted> {
    if (this.failing.has(device)) throw new EvidockError('recorder.mount-failed', because('said', { text: `${device} is rotten` }));
    await this.onMount(device);
    const card = join(this.#cards, device);
    await mkdir(card, { recursive: true });
    if ((await readdir(card)).length === 0) await writeFile(join(card, 'A.MP4'), device);
    const path = await this.#mounted(card);
    return { path, fileSystem: 'vfat', readOnly: true, dirty: false, label: this.labels.get(device) ?? 'BODYCAM', uuid: `UUID-${device}` };
  }

  async mountMtp(): Promise<Mounted> {
    const card = join(this.#cards, 'mtp');
    await mkdir(join(card, 'Internal storage'), { recursive: true });
    await writeFile(join(card, 'Internal storage', 'A.MP4'), 'mtp');
    const path = await this.#mounted(card);
    return { path, fileSystem: 'mtp', readOnly: true, dirty: false, label: null, uuid: null };
  }

  async remount(): Promise<void> {}

  async unmount(path: string): Promise<void> {
    this.mounts.splice(this.mounts.indexOf(path), 1);
    await rm(path);
  }

  async unmountAll(): Promise<number> {
    return 0;
  }

  async #mounted(card: string): Promise<string> {
    this.#next += 1;
    const path = `${card}.mount-${this.#next}`;
    await symlink(card, path);
    this.mounts.push(path);
    return path;
  }

  async powerOff(port: string): Promise<void> {
    this.off.push(port);
    await this.onPowerOff(port);
  }
}

/** Notes what a dock has told, in order. */
export class PortLog implements DockHandler {
  readonly lines: string[] = [];
  readonly arrivals: Arrival[] = [];
  readonly notices: DockNotice[] = [];

  arrived(arrival: Arrival): void {
    this.lines.push(`arrived ${arrival.port} ${arrival.serial}`);
    this.arrivals.push(arrival);
  }

  removed(key: string): void {
    this.lines.push(`removed ${key}`);
  }

  noticed(notice: DockNotice): void {
    this.lines.push(`${notice.state} ${notice.port}${notice.problem ? ` ${notice.problem.code}` : ''}`);
    this.notices.push(notice);
  }

  async settingClock({ port, serial }: ClockSetting): Promise<void> {
    this.lines.push(`setting the clock of ${serial} in ${port}`);
  }

  async clockSettled({ port }: ClockSetting, { set }: ClockOutcome): Promise<void> {
    this.lines.push(`its clock in ${port} set: ${set}`);
  }

  async until(line: string | RegExp, msMax = 4000): Promise<void> {
    for (let waitedMs = 0; waitedMs < msMax; waitedMs += 20) {
      if (this.lines.some((each) => (typeof line === 'string' ? each === line : line.test(each)))) return;
      await sleep(20);
    }
    throw new Error(`no ${line} in ${this.lines.join(' | ')}`);
  }
}

/** Options of a dock whose bus reports nothing, so that only the dock's own looks find anything. */
export function usbDockOptions(tree: UsbTree, mounter: Mounter): UsbDockOptions {
  return {
    sys: tree.sys,
    run: tree.run,
    bus: {
      start: async () => undefined,
      stop: () => undefined,
      talk: async () => {
        throw new EvidockError('recorder.locked', because('said', { text: 'nobody answers' }));
      },
    },
    mounter,
    hubs: [],
    powerOff: true,
    setClock: false,
    timezone: 'Asia/Shanghai',
    utcOffsetMinutes: 480,
    profiles: [],
    log: pino({ level: 'silent' }),
    oneOfFew: pLimit(4),
    nowMs: () => Date.parse('2026-06-20T08:00:00+08:00'),
    isSlotPort: async (port) => port.startsWith('1-1'),
    secret: async () => '888888',
    openVolume: (place) => new DirectoryVolume({ ...place, limits: { filesMax: 100, depthMax: 5, fileBytesMax: 1e7 } }),
    openAccess: (place, mount) => new DirectoryAccess({ ...place, ...mount }),
  };
}

/** Paths that a recorder shows, including those that it refuses. */
export async function pathsOf(arrival: Arrival | undefined): Promise<string[]> {
  const paths: string[] = [];
  try {
    if (arrival) for await (const item of arrival.volume.list()) paths.push('code' in item ? `${item.path}: ${item.code}` : item.path);
  } catch (error) {
    paths.push((error as EvidockError).code);
  }
  return paths;
}

export const stick = (port: string, number: number, name = 'sda') => ({
  ...{ port, number, ids: '46f4:0001', serial: `CAM${number}000`, interfaces: [MASS_STORAGE], disks: { [name]: 1e9 } },
});
