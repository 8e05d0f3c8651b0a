import { constants } from 'node:fs';
import { access, readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { release } from 'node:os';
import { join } from 'node:path';
import type { CheckName } from '#cli/context';
import type { Config } from '#config/schema';
import { asEvidockError, EvidockError, said } from '#domain/errors';
import { because, type Reason } from '#domain/reason';
import { exchangesOf } from '#domain/recorder/exchange-bytes';
import type { RecorderDriver } from '#ports/recorder-driver';
import { readSecret, secretsDirectory } from '../station/secrets.ts';

type Finding = { readonly reason: Reason; readonly warn?: Reason };
interface UsbCheck {
  readonly name: CheckName;
  readonly remedy: Reason;
  find(): Promise<Finding>;
}

const CONNECT_MS_MAX = 3000;
const PROGRAM_PLACES = ['/usr/bin', '/bin', '/usr/sbin', '/sbin', '/usr/local/bin'];

/** What USB docking stands on; nothing where it is off. */
export function usbChecks(
  config: Config,
  env: Readonly<Record<string, string | undefined>>,
  drivers: readonly RecorderDriver[],
): readonly UsbCheck[] {
  if (!config.dock.usb) return [];
  const secrets = secretsDirectory(config.dock.secrets, env);
  return [
    { name: 'usb', remedy: because('mend-usb', {}), find: usbBus },
    { name: 'udev', remedy: because('mend-udev', {}), find: udev },
    {
      name: 'mounting',
      remedy: because('mend-mounting', {}),
      find: () => mounting(config.dock.mountHelper),
    },
    { name: 'mtp', remedy: because('mend-mtp', {}), find: () => optional('jmtpfs') },
    { name: 'ntfs', remedy: because('mend-ntfs', {}), find: ntfs },
    {
      name: 'secrets',
      remedy: because('mend-secrets', {}),
      find: () => secretsOf(secrets, drivers),
    },
  ];
}

async function usbBus(): Promise<Finding> {
  const names = await readdir('/sys/bus/usb/devices');
  return { reason: because('usb-buses', { buses: names.filter((name) => name.startsWith('usb')).length }) };
}

async function udev(): Promise<Finding> {
  try {
    await access('/run/udev/control');
    return { reason: because('running', {}) };
  } catch {
    return { reason: because('not-running', {}), warn: because('disks-when-quiet', {}) };
  }
}

async function mounting(socket: string): Promise<Finding> {
  if (socket === '') {
    if (process.getuid?.() !== 0) throw new EvidockError('station.internal', because('no-mount-helper', {}));
    return { reason: because('mounts-as-root', {}) };
  }
  await new Promise<void>((resolve, reject) => {
    const client = connect(socket, () => {
      client.destroy();
      resolve();
    });
    client.setTimeout(CONNECT_MS_MAX, () =>
      client.destroy(new EvidockError('station.internal', because('no-answer-within', { seconds: CONNECT_MS_MAX / 1000 }))),
    );
    client.once('error', (error) => reject(new EvidockError('station.internal', because('helper-unreached', { why: said(error) }), error)));
  });
  return { reason: because('mounts-by-helper', {}) };
}

async function optional(program: string): Promise<Finding> {
  return (await hasProgram(program))
    ? { reason: because('program', { program }) }
    : { reason: because('program', { program }), warn: because('is-not-installed', {}) };
}

async function ntfs(): Promise<Finding> {
  if (await hasProgram('ntfs-3g')) return { reason: because('program', { program: 'ntfs-3g' }) };
  try {
    await access(join('/lib/modules', release(), 'kernel/fs/ntfs3'));
    return { reason: because('ntfs-of-kernel', {}) };
  } catch {
    return { reason: because('program', { program: 'NTFS' }), warn: because('neither-ntfs', {}) };
  }
}

async function hasProgram(program: string): Promise<boolean> {
  for (const place of PROGRAM_PLACES) {
    try {
      await access(join(place, program), constants.X_OK);
      return true;
    } catch {
      // Not there: the next place may have it.
    }
  }
  return false;
}

/** Every secret that a driver's exchanges name, by name alone. */
async function secretsOf(directory: string | null, drivers: readonly RecorderDriver[]): Promise<Finding> {
  const names = new Set(drivers.flatMap((driver) => (driver.usb ?? []).flatMap(secretsIn)));
  if (directory === null) return { reason: because('no-secrets', {}), warn: because('stay-locked', { names: [...names] }) };
  await readdir(directory);
  const missing: string[] = [];
  for (const name of names) {
    try {
      if ((await readSecret(directory, name)) === null) missing.push(name);
    } catch (error) {
      throw asEvidockError(error);
    }
  }
  const reason = because('secrets-there', { found: names.size - missing.length, count: names.size });
  return missing.length === 0 ? { reason } : { reason, warn: because('are-missing', { names: missing }) };
}

function secretsIn(profile: NonNullable<RecorderDriver['usb']>[number]): string[] {
  return exchangesOf(profile).flatMap(({ steps }) =>
    steps.flatMap((step) => step.send.parts.flatMap((part) => ('secret' in part ? [part.secret] : []))),
  );
}
