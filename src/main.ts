import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { mustBeCard } from '#adapters/directory-dock/no-card';
import { InProcessClient, SocketClient, type StationClient } from '#cli/client';
import type { CliContext, ConnectOptions, GlobalOptions } from '#cli/context';
import { runCli } from '#cli/program';
import { loadConfig } from '#config/load';
import { referenceMarkdown } from '#config/reference';
import { errnoOf } from '#domain/errno';
import { EvidockError, isFailure } from '#domain/errors';
import { parseInvitation } from '#domain/invitation';
import { because } from '#domain/reason';
import { LAYOUTS } from '#sample-card/layouts';
import { readSecret } from './read-secret.ts';
import { makeStateDirectory } from './state-directory.ts';
import { becomeOwnerOf } from './state-owner.ts';
import { ownPlacesOf, placesOf } from './state-paths.ts';
import { VERSION } from './version.ts';

const ROOT = resolve(import.meta.dirname, '..');
/** How long a command waits for another command that holds the state directory. */
const WAIT_MS_MAX = 10_000;
/** How long a station that has stopped may still linger. */
const LEFT_MS_MAX = 1000;

const clock = { nowMs: () => Date.now() };

function configOf({ config, state }: GlobalOptions) {
  return loadConfig({ file: config, state, env: process.env, root: ROOT });
}

function userName(): string {
  // Behind sudo the person is the one who typed it.
  return process.env['SUDO_USER'] ?? userInfo().username;
}

// The station and what it stands on are loaded only where a command needs them: most find a running one.

/** Tries again for a while where another process, mostly a short command, has the state directory open. */
async function whileInUse<T>(attempt: () => Promise<T>): Promise<T> {
  const end = performance.now() + WAIT_MS_MAX;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isFailure(error, 'ledger.in-use') || performance.now() > end) throw error;
    }
    await new Promise((wake) => setTimeout(wake, 100));
  }
}

/** The running station, or one opened in this process. */
async function connect(options: ConnectOptions): Promise<StationClient> {
  const { config, explained: settings } = configOf(options);
  const user = userName();
  const mode = options.work ? 'work' : options.intake ? 'intake' : 'look';
  return whileInUse<StationClient>(async () => {
    const running = new SocketClient({ socketPath: placesOf(config.station.state).socket, user });
    if (await running.answers()) return running;
    if (options.card !== undefined) await mustBeCard(options.card, ownPlacesOf(config));
    await makeStateDirectory(config.station.state);
    becomeOwnerOf(config.station.state);
    const { Station } = await import('./station.ts');
    const station = new Station({ config, settings, mode, clock, env: process.env, acceptLedger: options.acceptLedger ?? false });
    await station.start();
    return new InProcessClient({ app: station.control, user, close: () => station.stop() });
  });
}

async function runStation(options: GlobalOptions & { readonly ready: (address: string) => void }): Promise<void> {
  const { config, explained: settings } = configOf(options);
  await makeStateDirectory(config.station.state);
  const env = { ...process.env };
  // Only the station itself speaks to systemd: ffmpeg and redis-server need not know where it listens.
  for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_PID', 'WATCHDOG_USEC']) delete process.env[name];
  if (config.dock.mountHelper !== '') becomeOwnerOf(config.station.state);
  const { Station } = await import('./station.ts');
  let running: { reload(): Promise<void> } | undefined;
  const stopped = new Promise<void>((stop) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop());
    // From a terminal the signal means that it was closed; elsewhere (`systemctl reload`) that files have changed.
    process.on('SIGHUP', () => (process.stdin.isTTY ? stop() : void running?.reload()));
  });
  const { station, address } = await whileInUse(async () => {
    const station = new Station({ config, settings, mode: 'all', clock, env });
    return { station, address: await station.start() };
  });
  running = station;
  options.ready(address);
  await stopped;
  await station.stop();
  // Everything is closed. What a library has left behind (BullMQ its timers, where its server went first) must not hold up the end.
  setTimeout(() => process.exit(), LEFT_MS_MAX).unref();
}

async function runWorker({ ready, invite, ...options }: Parameters<CliContext['runWorker']>[0]): Promise<void> {
  const invitation = parseInvitation(invite);
  const { config } = loadConfig({
    file: options.config,
    state: options.state,
    env: process.env,
    root: ROOT,
    stationId: invitation.station,
  });
  await makeStateDirectory(config.station.state);
  const { WorkerProcess } = await import('./worker.ts');
  const refused = Promise.withResolvers<never>();
  const stopped = new Promise<void>((stop) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop());
  });
  const worker = new WorkerProcess({ config, invitation, clock, env: process.env, onRefused: refused.reject });
  // Refused while it starts, it does not start; refused later, it ends.
  refused.promise.catch(() => undefined);
  await worker.start();
  ready(invitation);
  try {
    await Promise.race([stopped, refused.promise]);
  } finally {
    await worker.stop();
    setTimeout(() => process.exit(), LEFT_MS_MAX).unref();
  }
}

/** Nobody reads what is printed any more: `recordings | head` has what it wanted, which is no failure. What a command does, it does to its end. */
const unread = new AbortController();
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    if (errnoOf(error) !== 'EPIPE') unwritten(stream, error);
    if (stream === process.stdout) unread.abort();
  });
}

/** What was asked for cannot be told (the file that it goes to is on a full disk): that is a failure, in one line. */
function unwritten(stream: NodeJS.WriteStream, error: Error): void {
  if (stream === process.stdout) process.stderr.write(`evidock: ${error.message}\n`);
  process.exit(1);
}

const context: CliContext = {
  version: VERSION,
  env: process.env,
  cwd: process.cwd(),
  user: userName(),
  stdout: process.stdout,
  stderr: process.stderr,
  readSecret: (prompt) => readSecret(prompt, { input: process.stdin, prompts: process.stderr }),
  stdinIsTerminal: process.stdin.isTTY === true,
  interrupted: () => {
    const controller = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort());
    return AbortSignal.any([controller.signal, unread.signal]);
  },
  explainConfig: (options) => {
    const { config, explained } = configOf(options);
    return { explained, timezone: config.station.timezone };
  },
  configReference: referenceMarkdown,
  connect,
  runStation,
  runWorker,
  doctor: async (options) => {
    const { runDoctor } = await import('./doctor/doctor.ts');
    return runDoctor({ config: configOf(options).config, nowMs: clock.nowMs(), connect: () => connect(options) });
  },
  cardLayouts: LAYOUTS,
  makeCard: async ({ directory, layout, seconds, files }) => {
    const { makeCard } = await import('#sample-card/make-card');
    const known = LAYOUTS.find((each) => each === layout);
    if (!known) throw new EvidockError('request.invalid', because('no-layout', { layout, names: LAYOUTS }));
    return makeCard({ directory, layout: known, secondsPerClip: seconds, files, timezone: 'Asia/Shanghai' });
  },
};

process.exitCode = await runCli(context, process.argv.slice(2));
