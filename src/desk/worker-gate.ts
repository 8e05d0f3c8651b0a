import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { LRUCache } from 'lru-cache';
import type { ByteRange } from '#domain/byte-range';
import { EvidockError, isFailure } from '#domain/errors';
import { because } from '#domain/reason';
import { FACTS_ITEM } from '#domain/vault/facts';
import { derivativeKey, factsKey, isVaultKey, manifestKey, recordingIdOfKey } from '#domain/vault/vault-key';
import type { Claim, Work, Worker, WorkFailure, WorkStage } from '#domain/work';
import type { UploadJournal, UploadName, UploadState } from '#ports/archive';
import type { Ledger } from '#ports/ledger';
import type { RecordingDetail } from '#ports/ledger/recordings';
import type { Scratch } from '#ports/scratch';
import type { DerivativeVault, VaultReader } from '#ports/vault';
import type {
  ArchivedResult,
  ArchiveGate,
  ArchiveItem,
  ClaimedWork,
  DerivedResult,
  DeriveGate,
  DeriveItem,
  MismatchedCopy,
  WorkClaims,
  WorkTerms,
} from '#ports/work-gate';
import type { WorkerPresence } from './worker-presence.ts';

/** How many entries are remembered, each: of derivatives that came in and are not on record yet, and of answers that a worker may ask for again. */
const REMEMBERED_MAX = 5000;

type ClaimName = Pick<Claim, 'workId' | 'token'>;
type Received = { readonly bytes: number; readonly sha256: string };

export interface WorkerGateParts {
  readonly ledger: Ledger;
  readonly vault: Pick<VaultReader, 'stat' | 'read' | 'reread'> & Pick<DerivativeVault, 'adoptDerivative'>;
  readonly scratch: Scratch;
  readonly claims: (by: Worker) => WorkClaims;
  readonly derive: DeriveGate;
  /** null if there is no archive that other hosts can reach. */
  readonly archive: ArchiveGate | null;
  readonly uploads: UploadJournal;
  /** Largest derivative, bytes. */
  readonly derivativeBytesMax: number;
  readonly terms: WorkTerms;
  readonly presence: WorkerPresence;
}

/**
 * What a worker on another host may do: the calls of src/ports/work-gate.ts, and the transfer of bytes. Each call names its claim by work and number alone. It
 * is refused with work.lease-lost unless that is the newest claim of this worker, so a worker has no say over a recording that it does not hold.
 */
export class WorkerGate {
  readonly #parts: WorkerGateParts;
  readonly #received = new LRUCache<string, Received>({ max: REMEMBERED_MAX });
  readonly #answers = new LRUCache<string, Promise<unknown>>({ max: REMEMBERED_MAX });

  constructor(parts: WorkerGateParts) {
    this.#parts = parts;
  }

  /** A process of the worker has begun. Work that earlier processes of this worker held waits again. Throws work.version-differs. */
  async begin(by: Worker, version: string): Promise<WorkTerms & { givenBack: number }> {
    const { ledger, terms, presence } = this.#parts;
    if (version !== terms.version)
      throw new EvidockError('work.version-differs', because('versions-differ', { worker: version, station: terms.version }));
    presence.begin(by);
    return { ...terms, givenBack: await ledger.transaction((writer) => writer.work.giveBack(by.host, by.instance)) };
  }

  /** Notes that this process was heard, as each call but `begin` does. Throws work.replaced where another process speaks for the worker since. */
  hear(by: Worker): void {
    this.#parts.presence.hear(by);
  }

  /** Makes a call once. A worker whose answer was lost asks again and gets the same answer. `key` is the worker's own name for the call. */
  once<T>({ host }: Worker, key: string, call: () => Promise<T>): Promise<T> {
    const name = `${host} ${key}`;
    const known = this.#answers.get(name);
    if (known) return known as Promise<T>;
    const answer = call();
    this.#answers.set(name, answer);
    // A refused call is not remembered: the worker may make it again, and it is judged anew.
    answer.catch(() => this.#answers.delete(name));
    return answer;
  }

  look(by: Worker, workId: string): Promise<Work | null> {
    return this.#parts.claims(by).look(workId);
  }

  claim(by: Worker, workId: string, leaseMs: number): Promise<ClaimedWork | null> {
    return this.#parts.claims(by).claim(workId, leaseMs);
  }

  async renew(by: Worker, name: ClaimName, renewal: { leaseMs: number; percent: number }): Promise<void> {
    await this.#parts.claims(by).renew(await this.#held(by, name), renewal);
  }

  async postpone(by: Worker, name: ClaimName, postponed: { delayMs: number; priority?: number }): Promise<void> {
    await this.#parts.claims(by).postpone(await this.#held(by, name), postponed);
  }

  async fail(by: Worker, name: ClaimName, failure: WorkFailure): Promise<void> {
    await this.#parts.claims(by).fail(await this.#held(by, name), failure);
  }

  async deriveItem(by: Worker, name: ClaimName): Promise<DeriveItem> {
    return this.#parts.derive.item(await this.#held(by, name, 'derive'));
  }

  async recordDerived(by: Worker, name: ClaimName, result: DerivedResult): Promise<void> {
    const claim = await this.#held(by, name, 'derive');
    for (const made of result.derivatives) await this.#mustBeReceived(claim, made);
    await this.#parts.derive.record(claim, result);
    for (const { vaultKey } of result.derivatives) this.#received.delete(vaultKey);
  }

  /** Throws unless the derivative that the result names came in with these bytes. After a restart nothing is remembered, so the file itself is read. */
  async #mustBeReceived({ recordingId, token }: Claim, made: DerivedResult['derivatives'][number]): Promise<void> {
    const { vault } = this.#parts;
    const { vaultKey, bytes, sha256 } = made;
    const name = vaultKey.slice(vaultKey.lastIndexOf('/') + 1);
    if (vaultKey !== derivativeKey(recordingId, token, name) || !isVaultKey(vaultKey))
      throw new EvidockError('request.invalid', because('key-of-no-run', { key: vaultKey, token, recording: recordingId }));
    if (!this.#received.has(vaultKey) && (await vault.stat(vaultKey)) === null)
      throw new EvidockError('request.invalid', because('never-sent', { key: vaultKey }));
    const received = this.#received.get(vaultKey) ?? (await this.#reread(vaultKey));
    if (received.bytes !== bytes || received.sha256 !== sha256)
      throw new EvidockError('request.invalid', because('sent-differs', { key: vaultKey, bytes: received.bytes, sha256: received.sha256 }));
  }

  async #reread(key: string): Promise<Received> {
    const { bytes, digests } = await this.#parts.vault.reread(key, { sm3: false });
    return { bytes, sha256: digests.sha256 };
  }

  /**
   * Removes the files of a run that no row names. The run must be one that this worker holds or one that has ended. Throws work.lease-lost where another worker
   * holds the run.
   */
  async discard(by: Worker, name: ClaimName): Promise<void> {
    const { derive, ledger } = this.#parts;
    const work = await ledger.work.get(name.workId);
    if (work?.stage !== 'derive') throw new EvidockError('request.not-found', because('id', { id: name.workId }));
    const run: Claim = { ...name, stage: 'derive', recordingId: work.recordingId, host: by.host };
    if (await this.#isOthers(by, run)) throw leaseLost(name);
    await derive.discard(run);
  }

  async #isOthers(by: Worker, run: Claim): Promise<boolean> {
    const { ledger } = this.#parts;
    if ((await ledger.work.claimsOf(by.host)).some(({ workId, token }) => workId === run.workId && token === run.token)) return false;
    try {
      await ledger.transaction((writer) => writer.work.requireClaim(run));
      return true;
    } catch (error) {
      if (isFailure(error, 'work.lease-lost')) return false;
      throw error;
    }
  }

  async giveUp(by: Worker, stage: WorkStage, name: ClaimName, failure: WorkFailure): Promise<void> {
    const claim = await this.#held(by, name, stage);
    await (stage === 'derive' ? this.#parts.derive : this.#archive()).giveUp(claim, failure);
  }

  async archiveItem(by: Worker, name: ClaimName, archive: string): Promise<ArchiveItem> {
    this.#mustBeOurs(archive);
    return this.#archive().item(await this.#held(by, name, 'archive'), archive);
  }

  async recordArchived(by: Worker, name: ClaimName, result: ArchivedResult): Promise<{ done: boolean }> {
    this.#mustBeOurs(result.archive);
    const claim = await this.#held(by, name, 'archive');
    const known = await this.#itemsOf(claim.recordingId);
    for (const item of result.items) if (!known(item)) throw notOf(item.key, claim);
    return this.#archive().record(claim, result);
  }

  async mismatched(by: Worker, name: ClaimName, copy: MismatchedCopy): Promise<void> {
    this.#mustBeOurs(copy.where);
    const claim = await this.#held(by, name, 'archive');
    if (recordingIdOfKey(copy.key) !== claim.recordingId) throw notOf(copy.key, claim);
    await this.#archive().mismatched(claim, copy);
  }

  #archive(): ArchiveGate {
    const { archive } = this.#parts;
    if (!archive) throw new EvidockError('request.not-found', because('no-archive-for-workers', {}));
    return archive;
  }

  #mustBeOurs(archive: string): void {
    if (archive !== this.#parts.terms.archive?.name) throw new EvidockError('request.invalid', because('not-its-archive', { archive }));
  }

  /** Returns a test whether an object is one of the recording, as the ledger has it. */
  async #itemsOf(recordingId: string): Promise<(item: ArchivedResult['items'][number]) => boolean> {
    const { originals, derivatives } = await this.#detail(recordingId);
    return ({ itemId, key, bytes, sha256, counts }) => {
      // The facts may change at any time, so their bytes are not compared here. `ArchiveGate.record` finds out whether the archive holds the newest.
      if (itemId === FACTS_ITEM) return counts && key === factsKey(recordingId);
      const original = originals.find(({ id }) => id === itemId);
      if (original && !counts) return key === manifestKey(recordingId, original.index);
      const named = original ?? derivatives.find(({ id }) => id === itemId);
      const known = original ? original.digests?.sha256 : derivatives.find(({ id }) => id === itemId)?.sha256;
      return counts && named?.vaultKey === key && named.bytes === bytes && known === sha256;
    };
  }

  async #detail(recordingId: string): Promise<RecordingDetail> {
    const detail = await this.#parts.ledger.recordings.detail(recordingId);
    if (!detail) throw new EvidockError('request.not-found', because('no-recording', { recording: recordingId }));
    return detail;
  }

  /** The size of a file that this worker may read now, bytes. No look is recorded, because no person looks. Throws request.forbidden. */
  async bytesOf(by: Worker, key: string): Promise<number> {
    if (!isVaultKey(key)) throw new EvidockError('request.invalid', because('field-value', { field: 'key', value: key }));
    const claims = await this.#parts.ledger.work.claimsOf(by.host);
    if (!(await this.#mayRead(claims, key))) throw new EvidockError('request.forbidden', because('no-work-held', { key }));
    const found = (await this.#parts.vault.stat(key)) ?? (await this.#evicted(key));
    if (!found) throw new EvidockError('vault.missing', because('key', { key }));
    return found.bytes;
  }

  /** An original that the vault does not hold is read from the archive. */
  async #evicted(key: string): Promise<{ bytes: number } | null> {
    const originals = await this.#parts.ledger.originals.ofRecording(recordingIdOfKey(key) ?? '');
    return originals.find(({ vaultKey, evictedAtMs }) => vaultKey === key && evictedAtMs !== null) ?? null;
  }

  async #mayRead(claims: readonly Claim[], key: string): Promise<boolean> {
    const recordingId = recordingIdOfKey(key);
    if (claims.some((claim) => claim.recordingId === recordingId)) return true;
    // A repair learns from other recordings of the same recorder. The item of the work names them as siblings.
    for (const claim of claims)
      if (claim.stage === 'derive' && (await this.#parts.derive.item(claim)).siblings.some(({ vaultKey }) => vaultKey === key)) return true;
    return false;
  }

  read(key: string, range: ByteRange): Promise<Readable> {
    return this.#parts.vault.read(key, range);
  }

  /** Stores a derivative under the key of its run. Throws request.invalid if its bytes are not those that were announced; nothing of them is kept. */
  async putDerivative(
    by: Worker,
    { claim: name, name: file, bytes, sha256 }: { claim: ClaimName; name: string } & Received,
    body: Readable,
  ): Promise<Received> {
    const claim = await this.#held(by, name, 'derive');
    const { vault, scratch, derivativeBytesMax } = this.#parts;
    const key = derivativeKey(claim.recordingId, claim.token, file);
    if (!isVaultKey(key)) throw new EvidockError('request.invalid', because('field-value', { field: 'name', value: file }));
    if (bytes > derivativeBytesMax)
      throw new EvidockError('transcoder.too-large', because('derivative-too-large', { key, found: bytes, bytes: derivativeBytesMax }));
    const room = await scratch.open();
    try {
      const path = join(room.path, 'derivative');
      const came = await saved(body, path, bytes);
      if (came.bytes !== bytes || came.sha256 !== sha256)
        throw new EvidockError(
          'request.invalid',
          because('came-differs', { key, found: came.bytes, foundSha256: came.sha256, bytes, sha256 }),
        );
      // The transfer took a while. A worker that has lost the claim meanwhile must leave nothing behind.
      await this.#held(by, name, 'derive');
      const adopted = await vault.adoptDerivative(path, key);
      this.#received.set(key, adopted);
      return adopted;
    } finally {
      await room.remove();
    }
  }

  /** The uploads of every host: one that is not among them is abandoned. */
  allUploads(): Promise<readonly UploadState[]> {
    return this.#parts.uploads.all();
  }

  async loadUpload(by: Worker, key: string): Promise<UploadState | null> {
    await this.#mustArchive(by, key);
    return this.#parts.uploads.load(key);
  }

  async beginUpload(by: Worker, state: Omit<UploadState, 'parts'>): Promise<void> {
    await this.#mustArchive(by, state.key);
    await this.#parts.uploads.begin(state);
  }

  async uploadedPart(by: Worker, upload: UploadName, part: { number: number; etag: string; bytes: number }): Promise<void> {
    await this.#mustArchive(by, upload.key);
    await this.#parts.uploads.part(upload, part);
  }

  async forgetUpload(by: Worker, upload: UploadName): Promise<void> {
    await this.#mustArchive(by, upload.key);
    await this.#parts.uploads.forget(upload);
  }

  async #mustArchive(by: Worker, key: string): Promise<void> {
    const recordingId = recordingIdOfKey(key);
    const claims = await this.#parts.ledger.work.claimsOf(by.host);
    if (claims.some((claim) => claim.stage === 'archive' && claim.recordingId === recordingId)) return;
    throw new EvidockError('work.lease-lost', because('not-archived-by', { key }));
  }

  async #held(by: Worker, name: ClaimName, stage?: WorkStage): Promise<Claim> {
    const claims = await this.#parts.ledger.work.claimsOf(by.host);
    const held = claims.find(({ workId, token }) => workId === name.workId && token === name.token);
    if (!held || (stage !== undefined && held.stage !== stage)) throw leaseLost(name);
    return held;
  }
}

function leaseLost({ workId, token }: ClaimName): EvidockError {
  return new EvidockError('work.lease-lost', because('claim-of-other', { work: workId, token }));
}

function notOf(key: string, { recordingId }: Claim): EvidockError {
  return new EvidockError('request.invalid', because('not-on-record', { key, recording: recordingId }));
}

/** Saves a body. Never more bytes than were announced reach the disk. */
async function saved(body: Readable, path: string, bytesMax: number): Promise<Received> {
  const hash = createHash('sha256');
  let bytes = 0;
  const count = new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length;
      if (bytes > bytesMax) return done(new EvidockError('request.invalid', because('more-than-announced', { bytes: bytesMax })));
      hash.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(body, count, createWriteStream(path));
  return { bytes, sha256: hash.digest('hex') };
}
