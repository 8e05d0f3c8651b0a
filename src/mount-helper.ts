import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { runCommand } from '#adapters/run-command';
import { GuardedMounter } from '#adapters/usb-dock/guarded-mounter';
import { ImmutableSetter } from '#adapters/usb-dock/immutable-setter';
import { PlainMounter } from '#adapters/usb-dock/mount-commands';
import { MountServer } from '#adapters/usb-dock/mount-server';
import { asEvidockError, EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { helperEnded, helperStarted } from '#events';

/*
 * The mount helper: the only part of an installed station that has rights of root. It listens on a unix socket that systemd opened for the
 * group evidock, mounts, unmounts and powers off what udev tagged as a recorder's, and sets the immutable attribute of the station's own files in its
 * vault (systemd/evidock-mount.service).
 */

/** The first descriptor that systemd hands over (sd_listen_fds). */
const FIRST_FD = 3;
const ID_MS_MAX = 10_000;

async function idOf(user: string, flag: '-u' | '-g'): Promise<number> {
  const { status, stdout } = await runCommand('id', [flag, '--', user], ID_MS_MAX);
  if (status !== 0 || !/^[0-9]+\n$/.test(stdout)) throw new EvidockError('config.invalid', because('no-user', { user }));
  return Number(stdout);
}

function listenAt(socket: string | undefined): { fd: number } | { path: string } {
  const { LISTEN_FDS, LISTEN_PID } = process.env;
  if (LISTEN_FDS === '1' && Number(LISTEN_PID) === process.pid) return { fd: FIRST_FD };
  if (socket !== undefined) return { path: socket };
  throw new EvidockError('config.invalid', because('no-socket', {}));
}

/**
 * Whether the configuration lets recorders be written to. It is read each time, so that what the administrator writes holds at once; the
 * station that asks cannot write there.
 */
async function mayWrite(file: string | undefined): Promise<boolean> {
  if (file === undefined) return false;
  const [{ loadConfig }, { writesToRecorders }] = await Promise.all([import('#config/load'), import('#config/recorder-writes')]);
  return writesToRecorders(loadConfig({ file, state: null, env: {}, root: '/' }).config);
}

/** The vault of this station, read from the configuration each time. */
async function vaultOf(file: string | undefined): Promise<string | null> {
  if (file === undefined) return null;
  const [{ loadConfig }, { placesOf }] = await Promise.all([import('#config/load'), import('./state-paths.ts')]);
  return placesOf(loadConfig({ file, state: null, env: {}, root: '/' }).config.station.state).vault;
}

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      directory: { type: 'string', default: '/run/evidock/mnt' },
      owner: { type: 'string', default: 'evidock' },
      // The configuration, which says whether a recorder may ever be made writable. Without it, none is.
      config: { type: 'string' },
      // The rest is for tests, which bring their own little world.
      socket: { type: 'string' },
      sys: { type: 'string', default: '/sys' },
      dev: { type: 'string', default: '/dev' },
      udev: { type: 'string', default: '/run/udev/data' },
    },
  });
  const { directory, owner, sys, dev, udev, config } = values;
  const station = { uid: await idOf(owner, '-u'), gid: await idOf(owner, '-g') };
  const plain = new PlainMounter({
    directory,
    owner: station,
    sys,
    dev,
    mayWrite: () => mayWrite(config),
  });
  const mounter = new GuardedMounter({ mounter: plain, sys, udev });
  const immutable = new ImmutableSetter({ vault: () => vaultOf(config), owner: station });
  const server = new MountServer({ mounter, immutable, log });
  const stopped = new Promise<void>((stop) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop());
  });
  await server.listen(listenAt(values.socket));
  helperStarted(log);
  await stopped;
  await server.stop();
  helperEnded(log, null);
}

const log = pino({ base: null }, pino.destination({ fd: 2, sync: true }));
try {
  await run();
} catch (error) {
  helperEnded(log, asEvidockError(error));
  process.exitCode = 1;
}
