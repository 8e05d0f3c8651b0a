import { mkdir, realpath } from 'node:fs/promises';
import pLimit from 'p-limit';
import { DirectoryAccess } from '#adapters/directory-dock/directory-access';
import { DirectoryVolume, type VolumeLimits } from '#adapters/directory-dock/directory-volume';
import { HelperMounter } from '#adapters/usb-dock/helper-mounter';
import { PlainMounter } from '#adapters/usb-dock/mount-commands';
import type { Mounter } from '#adapters/usb-dock/mounter';
import { NodeUsbBus } from '#adapters/usb-dock/usb-bus';
import { UsbDock } from '#adapters/usb-dock/usb-dock';
import { writesToRecorders } from '#config/recorder-writes';
import type { Config } from '#config/schema';
import { standardOffsetMinutes } from '#domain/time/station-time';
import type { Log } from '#events';
import type { Clock } from '#ports/clock';
import type { Dock } from '#ports/dock';
import type { LedgerReader } from '#ports/ledger';
import type { RecorderDriver } from '#ports/recorder-driver';
import { readSecret, secretsDirectory } from './secrets.ts';

interface Options {
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly log: Log;
  readonly ledger: Pick<LedgerReader, 'dockings'>;
  readonly drivers: readonly RecorderDriver[];
  readonly limits: VolumeLimits;
  /** The directory in which a station that mounts by itself makes its mounts. */
  readonly mounts: string;
}

const SYS = '/sys';
const RUN = '/run';
const DEV = '/dev';
const MOUNTS_AT_ONCE = 4;

/** Builds the dock for real USB ports. Part of the composition root. */
export async function usbDocking(options: Options): Promise<Dock> {
  const { config, clock, ledger, limits } = options;
  const secrets = secretsDirectory(config.dock.secrets, options.env);
  return new UsbDock({
    sys: SYS,
    run: RUN,
    bus: new NodeUsbBus(),
    mounter: await mounterOf(config, options.mounts),
    hubs: config.dock.hubs,
    powerOff: config.dock.powerOff,
    setClock: config.dock.setClock,
    timezone: config.station.timezone,
    utcOffsetMinutes: standardOffsetMinutes(clock.nowMs(), config.station.timezone),
    profiles: options.drivers.flatMap((driver) => (driver.usb ?? []).map((profile) => ({ driverId: driver.id, profile }))),
    log: options.log,
    oneOfFew: pLimit(MOUNTS_AT_ONCE),
    nowMs: () => clock.nowMs(),
    isSlotPort: async (port) => (await ledger.dockings.slots()).some((slot) => slot.port === port),
    secret: (name) => readSecret(secrets, name),
    openVolume: (place) => new DirectoryVolume({ ...place, limits }),
    openAccess: (place, mount) => new DirectoryAccess({ ...place, ...mount }),
  });
}

async function mounterOf(config: Config, mounts: string): Promise<Mounter> {
  const { mountHelper } = config.dock;
  if (mountHelper !== '') return new HelperMounter({ socketPath: mountHelper });
  await mkdir(mounts, { recursive: true });
  // The kernel's table of mounts has paths without links.
  const directory = await realpath(mounts);
  const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  return new PlainMounter({ directory, owner, sys: SYS, dev: DEV, mayWrite: () => writesToRecorders(config) });
}
