import { createHash } from 'node:crypto';
import { STATION } from '#domain/custody/actor';
import { NoGoodCopy } from '#domain/custody/scrub-entries';
import { corruptionProof } from '#domain/destruction/corruption';
import { EvidockError } from '#domain/errors';
import { judge } from '#domain/fixity/judge';
import { because } from '#domain/reason';
import type { Copy } from '#domain/recording';
import { putFault } from '#steps/note-bad-copy';
import { noteHealed } from '#steps/note-healed';
import { setAside } from '#steps/set-aside';
import { withdrawCopies } from '#steps/withdraw-copies';
import type { CopyReader } from './copy-reader.ts';
import type { ScrubDeps } from './deps.ts';
import { about, type BadCopy, checked, DAY_MS, type Outcome } from './records.ts';

const WRITE_BYTES = 1024 * 1024;

/**
 * Makes a place hold the sealed bytes again. It changes nothing before another place was read whole in this run and holds what was sealed. The bad file of the
 * vault is set aside with its bytes; the bad object of an archive stays as its version, and its row goes, so that the archive work stores it anew.
 */
export async function heal(deps: ScrubDeps, reader: CopyReader, bad: BadCopy, signal: AbortSignal): Promise<Outcome> {
  const good = await goodCopy(deps, reader, bad, signal);
  if (good === 'unknown') return 'unread';
  if (good === null) return noteLost(deps, bad);
  if (bad.copy.where !== 'vault') return archiveAgain(deps, bad);
  return restore(deps, reader, { bad, good }, signal);
}

/** A copy in another place that was read whole now. `unknown`: one could not be read, so nobody can say that none is good. */
async function goodCopy(
  deps: ScrubDeps,
  reader: CopyReader,
  { copy, sealed }: BadCopy,
  signal: AbortSignal,
): Promise<Copy | 'unknown' | null> {
  let unknown = false;
  for (const other of await deps.ledger.recordings.copies(copy.recordingId)) {
    const readable = other.where === 'vault' || other.where === deps.archive?.name;
    if (other.itemId !== copy.itemId || other.where === copy.where) continue;
    const reading = readable ? await reader.read(other, sealed, signal) : null;
    if (reading?.same === true) return other;
    if (reading === null || reading.same === null || reading.same === 'away') unknown = true;
  }
  return unknown ? 'unknown' : null;
}

async function noteLost(deps: ScrubDeps, bad: BadCopy): Promise<Outcome> {
  const { copy } = bad;
  const atMs = deps.clock.nowMs();
  const isNew = await deps.ledger.transaction(async (writer) => {
    const wasLost = (await writer.scrubs.fault(copy.itemId, copy.where))?.kind === 'lost';
    await putFault(writer, copy, { kind: 'lost', atMs, dueAtMs: atMs + DAY_MS });
    const data = { item: copy.itemId, place: copy.where, key: copy.key };
    await writer.custody.append(wasLost ? checked(deps, copy, false) : NoGoodCopy.make({ ...about(deps, copy), data }));
    return !wasLost;
  });
  if (isNew) deps.notice({ what: 'lost', place: copy.where, recordingId: copy.recordingId, key: copy.key });
  return 'lost';
}

/** The vault is good: the copy is withdrawn, and the archive work stores the object anew, beside or over the bad one. The fault stays open until that is read back. */
async function archiveAgain(deps: ScrubDeps, bad: BadCopy): Promise<Outcome> {
  const { copy, readings } = bad;
  // What has left the vault since it was read cannot be archived from there.
  if ((await deps.ledger.originals.get(copy.itemId))?.evictedAtMs !== null) return 'left';
  await withdrawCopies(deps, copy.recordingId, [{ itemId: copy.itemId, key: copy.key, what: readings[1].why }], STATION);
  deps.faults.reached('w45-bad-copy-withdrawn');
  return 'healing';
}

async function restore(
  deps: ScrubDeps,
  reader: CopyReader,
  { bad, good }: { bad: BadCopy; good: Copy },
  signal: AbortSignal,
): Promise<Outcome> {
  const { vault, ledger, clock, faults } = deps;
  const { copy, original, sealed, readings } = bad;
  const contents = readings.flatMap(({ content }) => (content ? [content] : []));
  // Where both readings found a file it is corrupt; where it is gone there is nothing to set aside.
  if (contents.length === readings.length) {
    const corrupt = corruptionProof({ original, key: copy.key, readings: contents });
    await setAside(deps, original, { key: copy.key, why: 'differs', corrupt });
    faults.reached('w38-corrupt-aside');
  }
  await copyBack(deps, reader, { bad, good }, signal);
  faults.reached('w39-copy-restored');
  const after = await vault.reread(copy.key, { sm3: false, signal });
  const why = judge({ bytes: after.bytes, sha256: after.digests.sha256 }, sealed);
  if (why !== null) throw new EvidockError('vault.mismatch', why);
  const atMs = clock.nowMs();
  await ledger.transaction(async (writer) => {
    await writer.recordings.upsertCopy({ ...copy, verifiedAtMs: atMs, verifiedBy: after.method });
    await writer.custody.append(checked(deps, copy, true));
    await noteHealed(writer, copy, { from: good.where, atMs });
  });
  await vault.makeImmutable([copy.key]);
  deps.notice({ what: 'healed', place: copy.where, recordingId: copy.recordingId, key: copy.key });
  return 'healed';
}

/** Writes the archived bytes under the key of the vault. Nothing has that key before they are all there, durable, and what was sealed. */
async function copyBack(
  { vault }: ScrubDeps,
  reader: CopyReader,
  { bad: { copy, sealed }, good }: { bad: BadCopy; good: Copy },
  signal: AbortSignal,
): Promise<void> {
  const draft = await vault.draft(copy.key, sealed.bytes);
  try {
    const sha256 = createHash('sha256');
    let bytes = 0;
    for await (const chunk of reader.stream(good, signal)) {
      if (bytes + chunk.length > sealed.bytes)
        throw new EvidockError('archive.mismatch', because('bytes-sealed', { found: bytes + chunk.length, bytes: sealed.bytes }));
      for (let at = 0; at < chunk.length; at += WRITE_BYTES) {
        const part = chunk.subarray(at, at + WRITE_BYTES);
        await draft.write(part, part.length, bytes + at);
      }
      sha256.update(chunk);
      bytes += chunk.length;
    }
    const why = judge({ bytes, sha256: sha256.digest('hex') }, sealed);
    if (why !== null) throw new EvidockError('archive.mismatch', why);
    await draft.finish(bytes);
    if ((await draft.commit()) === 'exists') await draft.discard();
    await vault.makeReadOnly(copy.key);
  } catch (error) {
    await draft.discard();
    throw error;
  }
}
