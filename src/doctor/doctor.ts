import { constants } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import type { Static } from 'typebox';
import { CJK_FONT_FILE, checkFont } from '#adapters/cjk-font';
import { directWrites } from '#adapters/disk/direct-writes';
import { runChild } from '#adapters/ffmpeg/child';
import { FfmpegTranscoder } from '#adapters/ffmpeg/ffmpeg-transcoder';
import type { PageAnswer } from '#api/common';
import type { NetworkAnswer } from '#api/network';
import type { UserAnswer } from '#api/people';
import type { LogLagJson } from '#api/station';
import type { WorkerAnswer } from '#api/workers';
import type { StationClient } from '#cli/client';
import type { CheckName, DoctorCheck } from '#cli/context';
import { BYTES_PER_MIB, type Config } from '#config/schema';
import { EARLIEST_MS } from '#domain/clock/clock-state';
import { asEvidockError, type ErrorCode, EvidockError, failureReason, said } from '#domain/errors';
import { because, type Reason, together } from '#domain/reason';
import { DRIVERS } from '#drivers';
import { makeStateDirectory } from '../state-directory.ts';
import { placesOf } from '../state-paths.ts';
import { archiveLockChecks } from './archive-lock-checks.ts';
import { clockCheck } from './clock-check.ts';
import { disposalKeyCheck } from './disposal-key-check.ts';
import { dutyCheck } from './duty-check.ts';
import { evictionCheck } from './eviction-check.ts';
import { immutableAttribute } from './immutable-check.ts';
import { heartbeatChecks, machineChecks } from './machine-checks.ts';
import { networkChecks } from './network-checks.ts';
import { policyCheck } from './policy-check.ts';
import { scrubCheck } from './scrub-check.ts';
import { usbChecks } from './usb-checks.ts';

/** Twice the time within which an entry should be there. */
const LOG_LATE_S = 120;
/** A worker says every minute that it is there. */
const WORKER_SILENT_S = 300;
const GIB = 2 ** 30;

interface Options {
  readonly config: Config;
  readonly nowMs: number;
  /** A way to the station, running or opened for the moment. */
  readonly connect: () => Promise<StationClient>;
  readonly fontFile?: string;
}

type Finding = { readonly reason: Reason; readonly warn?: Reason };

/** Looks at everything the station stands on, and says how to mend what is not well. */
export async function runDoctor({ config, nowMs, connect, fontFile = CJK_FONT_FILE }: Options): Promise<readonly DoctorCheck[]> {
  const { state } = config.station;
  const { ffmpeg, ffprobe, height, threads } = config.derive;
  const transcoder = new FfmpegTranscoder({ settings: { ffmpeg, ffprobe, height, threads, timeLimitMs: 10_000, outputBytesMax: GIB } });
  return [
    await look('node', because('mend-node', {}), async () => nodeVersion()),
    await look('ffmpeg', because('mend-ffmpeg', {}), async () => ({
      reason: await transcoder.check(),
    })),
    await look('encoders', because('mend-encoders', {}), () => encoders(ffmpeg)),
    await look('font', because('mend-failure', { remedy: 'station.font-missing' }), () => font(fontFile)),
    await look('redis', because('mend-redis', {}), () => redis(config)),
    await look('state', because('mend-state', { path: state }), () => writable(state)),
    await look('vault disk', because('mend-vault-disk', {}), () => freeSpace(state, config.intake.reserve * BYTES_PER_MIB)),
    await look('vault writes', because('mend-vault-writes', {}), async () => vaultWrites(state)),
    await look('immutable attribute', because('mend-immutable', {}), () => immutableAttribute(config.dock.mountHelper)),
    await look('clock', because('mend-clock', {}), () => clock(nowMs)),
    await look('time zone', because('mend-time-zone', {}), async () => ({
      reason: because('field', { field: config.station.timezone }),
    })),
    ...(await looks(networkChecks(config, nowMs))),
    ...(await looks(usbChecks(config, process.env, DRIVERS))),
    await look('socket', because('mend-socket', {}), async () => socketPath(state)),
    ...(await stationChecks(config, connect)),
    // Last: opening the station makes the vault, whose disk is looked at.
    ...(await machineChecks(config, nowMs)),
    ...(await heartbeatChecks(config, nowMs)),
  ];
}

interface Check {
  readonly name: CheckName;
  readonly remedy: Reason;
  find(): Promise<Finding>;
}

async function looks(checks: readonly Check[]): Promise<readonly DoctorCheck[]> {
  const found: DoctorCheck[] = [];
  for (const { name, remedy, find } of checks) found.push(await look(name, remedy, find));
  return found;
}

async function look(name: CheckName, remedy: Reason, find: () => Promise<Finding>): Promise<DoctorCheck> {
  try {
    const { reason, warn } = await find();
    return warn === undefined
      ? { name, ok: true, reason, remedy: null }
      : { name, ok: true, warn: true, reason: because('but', { why: reason, second: warn }), remedy };
  } catch (error) {
    return { name, ok: false, reason: said(error), remedy };
  }
}

/** What is not well, to be thrown by a check. */
function unwell(reason: Reason): EvidockError {
  return new EvidockError('station.internal', reason);
}

function nodeVersion(): Finding {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 24) throw unwell(because('node-old', { version: process.versions.node }));
  return { reason: because('node-version', { version: process.versions.node, sqlite: process.versions['sqlite'] ?? '—' }) };
}

async function encoders(ffmpeg: string): Promise<Finding> {
  const { stdout } = await runChild(ffmpeg, ['-hide_banner', '-encoders'], { timeoutMs: 10_000, stdoutBytesMax: 1024 * 1024 });
  const missing = ['libx264', 'aac', 'mjpeg', 'png'].filter((name) => !new RegExp(`\\s${name}\\s`).test(stdout));
  if (missing.length > 0) throw unwell(because('ffmpeg-lacks', { names: missing }));
  return { reason: because('program', { program: 'libx264, aac' }) };
}

/** Only papers and copies with a burned mark wait for it: footage is taken in without. */
async function font(file: string): Promise<Finding> {
  try {
    await checkFont(file);
    return { reason: because('path', { path: file }) };
  } catch (error) {
    return { reason: because('program', { program: 'fonts-noto-cjk' }), warn: failureReason(asEvidockError(error)) };
  }
}

async function redis(config: Config): Promise<Finding> {
  if (config.queue.url !== '') return { reason: because('shared-server', {}) };
  const { stdout, status } = await runChild(config.queue.redisServer, ['--version'], { timeoutMs: 10_000, stdoutBytesMax: 65_536 });
  if (status !== 0) throw unwell(because('cannot-run', { program: config.queue.redisServer }));
  return { reason: because('program', { program: /v=\S+/.exec(stdout)?.[0].replace('v=', 'redis-server ') ?? 'redis-server' }) };
}

async function writable(state: string): Promise<Finding> {
  await makeStateDirectory(state);
  await access(state, constants.R_OK | constants.W_OK | constants.X_OK);
  return { reason: because('path', { path: state }) };
}

async function freeSpace(state: string, reserveBytes: number): Promise<Finding> {
  const { bavail, bsize } = await statfs(state);
  const free = bavail * bsize;
  const reason = because('free-and-reserve', { free, size: reserveBytes });
  if (free <= reserveBytes) throw unwell(because('but', { why: reason, second: because('nothing-taken-in', {}) }));
  return free < reserveBytes + 20 * GIB ? { reason, warn: because('little-above-reserve', {}) } : { reason };
}

function vaultWrites(state: string): Finding {
  if (directWrites(state)) return { reason: because('program', { program: 'O_DIRECT' }) };
  return { reason: because('through-cache', {}), warn: because('no-direct', {}) };
}

async function clock(nowMs: number): Promise<Finding> {
  const at = new Date(nowMs).toISOString();
  if (nowMs < EARLIEST_MS) throw unwell(because('time-cannot-be', { at }));
  const reason = because('program', { program: at });
  try {
    const { stdout } = await runChild('timedatectl', ['show', '-p', 'NTPSynchronized', '--value'], {
      timeoutMs: 5000,
      stdoutBytesMax: 4096,
    });
    return stdout.trim() === 'yes' ? { reason: because('synchronised', { at }) } : { reason, warn: because('not-known-synchronised', {}) };
  } catch {
    // No systemd here: then nobody can say.
    return { reason, warn: because('not-known-synchronised', {}) };
  }
}

function socketPath(state: string): Finding {
  const { socket } = placesOf(state);
  if (socket.length > 100) throw unwell(because('socket-path-long', { path: socket, count: socket.length }));
  return { reason: because('path', { path: socket }) };
}

interface Readying {
  readonly ok: boolean;
  readonly code: ErrorCode | null;
  readonly reason: Reason;
}
const READYING = ['ledger', 'vault', 'queue', 'archive'] as const;
type Checks = { readonly [name in (typeof READYING)[number]]: Readying | null };

/** What the code of the failure says where it knows more than that something is to be looked at. */
function remedyOf({ ok, code }: Readying, general: Reason | null): Pick<DoctorCheck, 'remedy' | 'code'> {
  if (ok) return { remedy: null };
  const knows = code !== null && (code === 'queue.refused' || (code.startsWith('archive.') && code !== 'archive.unreachable'));
  return knows ? { remedy: because('mend-failure', { remedy: code }), code } : { remedy: general };
}

/** What only the station itself can tell: ledger, queue, archive. */
async function stationChecks(config: Config, connect: () => Promise<StationClient>): Promise<DoctorCheck[]> {
  let client: StationClient;
  try {
    client = await connect();
  } catch (error) {
    const failure = asEvidockError(error);
    return [
      {
        name: 'station',
        ok: false,
        reason: failureReason(failure),
        remedy: because('mend-failure', { remedy: failure.code }),
        code: failure.code,
      },
    ];
  }
  try {
    const { json } = await client.request('GET', '/api/v1/ready?fresh=true');
    const { checks } = json as { checks: Checks };
    const remedies: { readonly [name in keyof Checks]: Reason } = {
      ledger: because('mend-ledger', {}),
      vault: because('mend-vault', {}),
      queue: because('mend-queue', {}),
      archive: config.archive.kind === 's3' ? because('mend-archive-s3', {}) : because('mend-archive-disk', {}),
    };
    const found = READYING.flatMap((name): DoctorCheck[] => {
      const check = checks[name];
      return check ? [{ name, ok: check.ok, reason: check.reason, ...remedyOf(check, remedies[name]) }] : [];
    });
    const running: DoctorCheck =
      client.kind === 'running'
        ? { name: 'station', ok: true, reason: because('running', {}), remedy: null }
        : { name: 'station', ok: true, warn: true, reason: because('not-running', {}), remedy: because('mend-station', {}) };
    return [
      running,
      ...found,
      ...(await tlsInForce(client)),
      await clockCheck(client),
      await policyCheck(client),
      ...(await archiveLockChecks(client)),
      await dutyCheck(client),
      await scrubCheck(client),
      ...(await evictionCheck(client)),
      ...(await disposalKeyCheck(client, config.disposal)),
      ...(await accountChecks(client)),
      ...(await logChecks(client)),
      ...(client.kind === 'running' ? await workerChecks(client) : []),
    ];
  } finally {
    await client.close();
  }
}

/** What stands in the files is looked at before. Here the running station tells that it could not take it over. */
async function tlsInForce(client: StationClient): Promise<DoctorCheck[]> {
  const { json } = await client.request('GET', '/api/v1/network');
  const refused = (json as NetworkAnswer).tls?.refused ?? null;
  if (refused === null) return [];
  return [{ name: 'tls in force', ok: false, reason: because('tls-old-in-force', { why: refused }), remedy: because('mend-tls', {}) }];
}

/** Without one nobody can add, suspend or free an account but root on the machine. */
async function accountChecks(client: StationClient): Promise<DoctorCheck[]> {
  const { json } = await client.request('GET', '/api/v1/users?role=security-administrator&state=active&limit=1000');
  const { items } = json as PageAnswer<UserAnswer>;
  const reason = because('security-administrators', { count: items.length });
  if (items.length > 0) return [{ name: 'accounts', ok: true, reason, remedy: null }];
  return [{ name: 'accounts', ok: true, warn: true, reason, remedy: because('mend-accounts', {}) }];
}

/** An archive that is away stops nothing, so readiness does not tell of it; here it is told how much of the log stands in the ledger alone. */
async function logChecks(client: StationClient): Promise<DoctorCheck[]> {
  const { json } = await client.request('GET', '/api/v1/custody/shipping');
  const { places } = json as Static<typeof LogLagJson>;
  return places.map(({ place, entries, ageSeconds }): DoctorCheck => {
    const name = `log in ${place}` as const;
    if (entries === 0) return { name, ok: true, reason: because('every-entry-there', {}), remedy: null };
    const reason = because('entries-not-there', { entries, seconds: ageSeconds });
    if (ageSeconds <= LOG_LATE_S) return { name, ok: true, reason, remedy: null };
    return {
      name,
      ok: true,
      warn: true,
      reason,
      remedy: because('mend-log', { place }),
    };
  });
}

/** A worker that is not heard stops nothing: the station does the work itself. It only takes longer. */
async function workerChecks(client: StationClient): Promise<DoctorCheck[]> {
  const { json } = await client.request('GET', '/api/v1/workers');
  const { items } = json as { items: readonly WorkerAnswer[] };
  const invited = items.filter(({ revokedAt }) => revokedAt === null);
  if (invited.length === 0) return [];
  const isSilent = ({ heardSecondsAgo: heard }: WorkerAnswer) => heard === null || heard > WORKER_SILENT_S;
  const told = invited.map(({ name, running, heardSecondsAgo: heard }) =>
    heard === null ? because('worker-not-heard', { name }) : because('worker-heard', { name, seconds: heard, running }),
  );
  const remedy = because('mend-workers', {});
  const verdict = invited.some(isSilent) ? { warn: true, remedy } : { remedy: null };
  return [{ name: 'workers', ok: true, reason: together(told), ...verdict }];
}
