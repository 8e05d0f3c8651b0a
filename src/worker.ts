import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { pino } from 'pino';
import { BullmqQueue } from '#adapters/bullmq-queue/bullmq-queue';
import { LocalScratch } from '#adapters/disk/local-scratch';
import { beginAt, hereAt, RemoteArchiveGate, RemoteClaims, RemoteDeriveGate, RemoteUploads } from '#adapters/station-gate/remote-gate';
import { RemoteVault } from '#adapters/station-gate/remote-vault';
import { StationConnection } from '#adapters/station-gate/station-connection';
import type { Config } from '#config/schema';
import { asEvidockError, EvidockError } from '#domain/errors';
import type { Invitation } from '#domain/invitation';
import { because, type Reason } from '#domain/reason';
import { workerStarted, workTrouble } from '#events';
import type { Clock } from '#ports/clock';
import type { WorkTerms } from '#ports/work-gate';
import type { WorkHandler } from '#ports/work-handler';
import { placesOf } from './state-paths.ts';
import { openS3 } from './station/archive.ts';
import type { StationContext } from './station/context.ts';
import { faultPointsFrom } from './station/fault-points.ts';
import { WorkRunner } from './station/work-runner.ts';
import { archiveStage, deriveStage, lanePlaces } from './station/work-stages.ts';
import { VERSION } from './version.ts';

/** How often the station hears from a worker that has nothing to do. */
const HERE_MS = 60_000;

interface Options {
  /** Its own: derive, archive and queue of this host; `station.id` is that of the invitation. */
  readonly config: Config;
  readonly invitation: Invitation;
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Its key is good no more, or another process has its place: there is nothing left to do here. */
  readonly onRefused: (error: EvidockError) => void;
}

/**
 * A worker on a host of its own: no ledger and no vault. It waits at the queue that it shares with its station, takes work through the station's gate, and
 * writes nothing on this host but scratch. One process per invitation: the start of a second gives back what the first one holds, and the station hears the first no more (work.replaced).
 */
export class WorkerProcess {
  readonly #options: Options;
  readonly #context: StationContext;
  readonly #stop = new AbortController();
  readonly #closers: (() => Promise<void>)[] = [];

  constructor(options: Options) {
    const { config, invitation, clock, env } = options;
    this.#options = options;
    const base = { station: invitation.station, worker: invitation.worker };
    this.#context = {
      ...{ config, clock, env },
      log: pino({ level: config.log.level, base }, pino.destination({ fd: 2, sync: true })),
      faults: faultPointsFrom(env['EVIDOCK_FAULT_POINT']),
      places: placesOf(config.station.state),
      onStop: (close) => this.#closers.push(close),
      // A worker has no file of this kind.
      onReload: () => undefined,
    };
  }

  async start(): Promise<void> {
    try {
      await this.#start();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async #start(): Promise<void> {
    const { config, invitation, clock, onRefused } = this.#options;
    const { log, onStop } = this.#context;
    if (config.queue.url === '') throw new EvidockError('config.invalid', because('queue-needed', {}));
    const station = new StationConnection({ invitation, instance: randomUUID(), signal: this.#stop.signal, onRefused });
    onStop(async () => {
      this.#stop.abort();
      station.close();
    });
    const { givenBack, ...terms } = await beginAt(station, VERSION);
    if (terms.stationId !== invitation.station)
      throw new EvidockError('work.station-differs', because('station-differs', { found: terms.stationId, station: invitation.station }));
    const claims = new RemoteClaims(station);
    const handlers = await this.#handlers(station, claims, terms);
    const { url, prefix } = config.queue;
    const queue = new BullmqQueue({ server: { url }, prefix, stationId: terms.stationId, log });
    const runner = new WorkRunner({ queue, clock, log, claims, handlers, concurrency: lanePlaces(config), random: Math.random });
    onStop(() => runner.stop());
    await runner.start();
    const beat = setInterval(() => {
      hereAt(station).catch((error: unknown) => workTrouble(log, asEvidockError(error)));
    }, HERE_MS);
    onStop(async () => clearInterval(beat));
    workerStarted(log, { station: terms.stationId, worker: invitation.worker, url: invitation.url, givenBack });
  }

  async #handlers(station: StationConnection, claims: RemoteClaims, terms: WorkTerms): Promise<WorkHandler[]> {
    const vault = new RemoteVault(station);
    const scratch = new LocalScratch(join(this.#context.config.station.state, 'scratch'));
    // Left by a process that was killed.
    await scratch.sweep();
    const handlers: WorkHandler[] = [await deriveStage(this.#context, { claims, gate: new RemoteDeriveGate(station), vault, scratch })];
    const policy = policyOf(this.#context.config, terms);
    if (!policy) return handlers;
    const archive = await openS3(this.#context, new RemoteUploads(station));
    const gate = new RemoteArchiveGate(station);
    return [
      ...handlers,
      archiveStage(this.#context, { claims, gate, vault, archive, locks: archive.locks, policy: { ...policy, timezone: terms.timezone } }),
    ];
  }

  /** What was begun is given back if the station can be reached. */
  async stop(): Promise<void> {
    let failure: unknown;
    for (let close = this.#closers.pop(); close; close = this.#closers.pop()) {
      try {
        await close();
      } catch (error) {
        failure ??= error;
      }
    }
    if (failure !== undefined) throw failure;
  }
}

/** Whether this host archives, and how: the place must be the one that the station reads back. Throws config.invalid. */
function policyOf({ archive }: Config, terms: WorkTerms): WorkTerms['archive'] {
  if (archive.kind === 'none') return null;
  const refuse = (why: Reason) => new EvidockError('config.invalid', why);
  if (archive.kind !== 's3') throw refuse(because('worker-to-s3', {}));
  if (!terms.archive) throw refuse(because('station-without-s3', {}));
  const { bucket, prefix } = archive.s3;
  if (bucket !== terms.archive.bucket || prefix !== terms.archive.prefix)
    throw refuse(because('archive-differs', { bucket, prefix, stationBucket: terms.archive.bucket, stationPrefix: terms.archive.prefix }));
  return terms.archive;
}
