import { randomBytes } from 'node:crypto';
import type { Actor } from '#domain/custody/actor';
import { subject } from '#domain/custody/subject';
import { WorkerInvited, WorkerRevoked } from '#domain/custody/worker-entries';
import { EvidockError } from '#domain/errors';
import { type Invitation, type InvitedWorker, isWorkerName } from '#domain/invitation';
import { because } from '#domain/reason';
import type { DeskDeps } from './deps.ts';
import { digestOf } from './worker-admission.ts';

const KEY_BYTES = 32;
/** A host name, an IPv4 address or an IPv6 address in brackets, with a port. */
const ADDRESS = /^(\[[0-9A-Fa-f:]+\]|[0-9A-Za-z][0-9A-Za-z.-]*):(\d{1,5})$/;
const PORT_MAX = 65_535;
/** Addresses at which a station may listen, but which no worker can connect to. */
const EVERYWHERE = new Set(['0.0.0.0', '[::]']);

type WorkerDeps = Pick<DeskDeps, 'ledger' | 'clock' | 'facts' | 'workerDoor' | 'pokeWork'>;

export interface WorkerView extends InvitedWorker {
  /** How much work the worker holds now. */
  readonly running: number;
  /** null: the worker was not heard since the station started. */
  readonly heardSecondsAgo: number | null;
}

/** Makes a key; whoever has the key may take work. A revoked worker may be invited again, with another key. */
export async function inviteWorker(
  deps: WorkerDeps,
  { name, address, actor }: { name: string; address?: string | undefined; actor: Actor },
): Promise<Invitation> {
  const { ledger, clock, facts } = deps;
  if (!isWorkerName(name)) throw new EvidockError('request.invalid', because('worker-name', { name }));
  const door = await deps.workerDoor();
  const url = urlOf(address ?? door.address);
  const key = randomBytes(KEY_BYTES).toString('base64url');
  const keySha256 = digestOf(key);
  await ledger.transaction(async (writer) => {
    const known = await writer.registry.worker(name);
    if (known && known.revokedAtMs === null) throw new EvidockError('request.conflict', because('worker-has-key', { name }));
    const atMs = clock.nowMs();
    await writer.registry.upsertWorker({ name, keySha256, invitedAtMs: atMs, revokedAtMs: null });
    await writer.custody.append(WorkerInvited.make({ atMs, actor, subject: subject('worker', name), data: { keySha256 } }));
  });
  return { station: facts.stationId, worker: name, url, key, certificateSha256: door.certificateSha256 };
}

function urlOf(address: string): string {
  const [, host = '', port = ''] = ADDRESS.exec(address) ?? [];
  if (host === '' || Number(port) < 1 || Number(port) > PORT_MAX)
    throw new EvidockError('request.invalid', because('not-host-port', { address }));
  if (EVERYWHERE.has(host)) throw new EvidockError('request.invalid', because('listens-everywhere', { address }));
  return `https://${host}:${port}`;
}

export async function listWorkers({ ledger, workersHeard }: Pick<DeskDeps, 'ledger' | 'workersHeard'>): Promise<readonly WorkerView[]> {
  const views: WorkerView[] = [];
  for (const worker of await ledger.registry.workers()) {
    const running = (await ledger.work.claimsOf(worker.name)).length;
    views.push({ ...worker, running, heardSecondsAgo: workersHeard.secondsSince(worker.name) });
  }
  return views;
}

/** Makes the worker's key void from now on. Work that the worker holds waits again. */
export async function revokeWorker(
  deps: WorkerDeps,
  { name, actor }: { name: string; actor: Actor },
): Promise<{ name: string; work: number }> {
  const work = await deps.ledger.transaction(async (writer) => {
    const worker = await writer.registry.worker(name);
    if (!worker) throw new EvidockError('request.not-found', because('no-worker', { name }));
    if (worker.revokedAtMs !== null) throw new EvidockError('request.conflict', because('worker-revoked', { name }));
    const atMs = deps.clock.nowMs();
    await writer.registry.upsertWorker({ ...worker, revokedAtMs: atMs });
    const given = await writer.work.giveBack(name);
    const data = { keySha256: worker.keySha256, work: given };
    await writer.custody.append(WorkerRevoked.make({ atMs, actor, subject: subject('worker', name), data }));
    return given;
  });
  if (work > 0) deps.pokeWork();
  return { name, work };
}
