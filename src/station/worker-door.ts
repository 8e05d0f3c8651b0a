import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { putDurably } from '#adapters/durable-file';
import type { SqliteLedger } from '#adapters/sqlite-ledger/ledger';
import { BYTES_PER_MIB } from '#config/schema';
import { WorkerGate } from '#desk/worker-gate';
import type { WorkerPresence } from '#desk/worker-presence';
import { errnoOf } from '#domain/errno';
import { EvidockError, said } from '#domain/errors';
import { because } from '#domain/reason';
import { workersListened } from '#events';
import type { Scratch } from '#ports/scratch';
import type { Vault } from '#ports/vault';
import type { WorkTerms } from '#ports/work-gate';
import { buildWorkerServer } from '#serve/gate/worker-server';
import { VERSION } from '../version.ts';
import type { StationContext } from './context.ts';
import type { WorkLine } from './derive-and-archive.ts';
import { LedgerClaims } from './ledger-claims.ts';

const OPENSSL_MS_MAX = 30_000;
/** Validity of the certificate, days. Workers trust the pin in their invitation; a date would only make the certificate stop one day. */
const DAYS = 36_500;
const ERRORS = { full: 'vault.full', readOnly: 'vault.read-only', failed: 'vault.write-failed' } as const;

interface Certificate {
  /** PEM. */
  readonly key: string;
  readonly cert: string;
  readonly sha256: string;
}

/** The certificate that the station shows its workers. It is made at first use. Throws work.certificate-failed. */
async function certificateOf({ config, places }: StationContext): Promise<Certificate> {
  const names = { key: join(places.work, 'key.pem'), cert: join(places.work, 'certificate.pem') };
  try {
    const found = await readBoth(names);
    if (found) return found;
    await make(places.work, names, config.station.id);
    const made = await readBoth(names);
    if (made) return made;
  } catch (error) {
    if (error instanceof EvidockError) throw error;
    throw new EvidockError('work.certificate-failed', said(error), error);
  }
  throw new EvidockError('work.certificate-failed', because('not-there-after', { thing: names.cert }));
}

/** Reads key and certificate; null if there is no certificate yet. The key is written first, so each certificate has its key. */
async function readBoth(names: { key: string; cert: string }): Promise<Certificate | null> {
  try {
    const cert = await readFile(names.cert, 'utf8');
    const key = await readFile(names.key, 'utf8');
    return { key, cert, sha256: new X509Certificate(cert).fingerprint256.replaceAll(':', '').toLowerCase() };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
}

async function make(directory: string, names: { key: string; cert: string }, stationId: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  // A start that was killed between the two writes leaves a key that no certificate uses.
  await rm(names.key, { force: true });
  const room = await mkdtemp(join(directory, 'new-'));
  try {
    const [key, cert] = [join(room, 'key'), join(room, 'certificate')];
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    const subject = ['-subj', `/CN=evidock ${stationId}`, '-days', String(DAYS)];
    await promisify(execFile)('openssl', ['req', '-x509', ...curve, ...subject, '-keyout', key, '-out', cert], { timeout: OPENSSL_MS_MAX });
    await putDurably(names.key, await readFile(key), { label: 'work/key.pem', errors: ERRORS });
    await putDurably(names.cert, await readFile(cert), { label: 'work/certificate.pem', errors: ERRORS });
  } finally {
    await rm(room, { recursive: true, force: true });
  }
}

/** The address at which workers connect, for invitations. Throws config.invalid if the station has none. */
export async function workerDoor(context: StationContext): Promise<{ address: string; certificateSha256: string }> {
  const { listen } = context.config.work;
  if (listen === '') throw new EvidockError('config.invalid', because('listen-empty', {}));
  return { address: listen, certificateSha256: (await certificateOf(context)).sha256 };
}

interface Given {
  readonly ledger: SqliteLedger;
  readonly vault: Vault;
  readonly scratch: Scratch;
  readonly gates: WorkLine['gates'];
  readonly presence: WorkerPresence;
}

/** Opens the server for workers of other hosts, if the configuration gives it an address. */
export async function openWorkerDoor(context: StationContext, { ledger, vault, scratch, gates, presence }: Given): Promise<void> {
  const { config, log, onStop } = context;
  if (config.work.listen === '') return;
  const tls = await certificateOf(context);
  const terms = termsOf(context);
  const gate = new WorkerGate({
    ...{ ledger, vault, scratch, terms, presence, derive: gates.derive, uploads: ledger.uploads },
    archive: terms.archive ? gates.archive : null,
    claims: (by) => new LedgerClaims(ledger, by),
    derivativeBytesMax: config.derive.outputMax * BYTES_PER_MIB,
  });
  const app = buildWorkerServer({ gate, ledger, log, tls });
  onStop(() => app.close());
  const { hostname, port } = new URL(`https://${config.work.listen}`);
  const address = await app.listen({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port === '' ? 443 : port) });
  workersListened(log, { address });
}

/** What workers are told of the archive. A disk archive is a mount of this host, so its work stays here. */
function termsOf({ config }: StationContext): WorkTerms {
  const { id: stationId, timezone } = config.station;
  const { kind, derivatives, verify, hours, s3 } = config.archive;
  const policy = { derivatives, verify: verify as 'readback' | 'head', hours };
  const archive = kind === 's3' ? { name: 's3', bucket: s3.bucket, prefix: s3.prefix, ...policy } : null;
  return { stationId, version: VERSION, timezone, archive };
}
