import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { DiskArchive } from '#adapters/disk/disk-archive';
import { DiskVault } from '#adapters/disk/disk-vault';
import type { SealedAttributes } from '#adapters/disk/sealed-attributes';
import { openLedger } from '#adapters/sqlite-ledger/ledger';
import { sha256Hex } from '#domain/canonical-json';
import type { EvictionNeeds } from '#domain/eviction/choose';
import type { Derivative, Original } from '#domain/recording';
import { derivativeKey, manifestKey } from '#domain/vault/vault-key';
import type { Archive } from '#ports/archive';
import type { FaultPoint } from '#ports/fault-points';
import type { NewRecording } from '#ports/ledger/recordings';
import { aDerivative, aDocking, anId, anOriginal, aRecording, fixedClock, START_MS, STATION_ID } from '#test/support/builders';
import { evictionParts } from '#test/support/eviction/eviction-parts';
import { temporaryDirectory } from '#test/support/evidock';
import { contradictionsIn } from '#test/support/ledger/replayed';
import { tellArchived, tellDerived, tellDocking, tellListed, tellSealed } from '#test/support/ledger/told-ledger';

export const DAY_MS = 86_400_000;

interface Options {
  readonly needs?: Partial<EvictionNeeds>;
  /** Whether playable copies may go too. */
  readonly playable?: boolean;
  readonly reached?: (point: FaultPoint) => void;
  /** Puts something in front of the archive. */
  readonly wrap?: (archive: Archive) => Archive;
  readonly home?: string;
  readonly attributes?: SealedAttributes;
}

/** Ledger, vault, archive and eviction with their real parts, in a directory; recordings are written as the stages write them. */
export async function evictingStation({
  needs = {},
  playable = true,
  reached = () => undefined,
  wrap = (archive) => archive,
  home,
  attributes,
}: Options = {}) {
  const temporary = home === undefined ? await temporaryDirectory() : null;
  const directory = home ?? temporary?.path ?? '';
  const clock = fixedClock(START_MS + DAY_MS);
  const file = join(directory, 'ledger.sqlite');
  const ledger = await openLedger({ file, stationId: STATION_ID, clock, demandsCustody: true });
  const root = join(directory, 'vault');
  const disk = new DiskVault({ directory: root, reserveBytes: 0, rereadThreads: 1, attributes });
  await disk.open();
  await disk.sweep();
  const faults = { reached };
  const limiter = { pieceBytes: 65_536, take: async () => undefined };
  const stored = new DiskArchive({ directory: join(directory, 'archive'), limiter, faults, stationId: STATION_ID });
  await stored.open(false);
  const archive = wrap(stored);
  const parts = evictionParts({ ledger, clock, faults, disk, root, archive, needs, playable, attributes });
  const { evictor, fetchBack } = parts;
  const docking = aDocking();
  let count = 0;
  const put = async (key: string, bytes: Uint8Array) => {
    await mkdir(dirname(join(root, key)), { recursive: true });
    await writeFile(join(root, key), bytes);
  };
  return {
    ...{ directory, clock, ledger, disk, archive, faults, ...parts },
    pathOf: (key: string) => join(root, key),
    /** A recording of one original, sealed at `atMs` (each later than the one before if it is left out). */
    async sealed(content: Uint8Array, { like, ...more }: Partial<NewRecording> & { like?: Original } = {}): Promise<Original> {
      count += 1;
      const atMs = more.createdAtMs ?? START_MS + count;
      const recording = aRecording({ dockingId: docking.id, createdAtMs: atMs, ...more });
      const original = anOriginal(recording, { bytes: content.length });
      const manifest = Buffer.from(`${JSON.stringify({ original: original.id })}\n`);
      if (like) await disk.link(like.vaultKey, original.vaultKey);
      else await put(original.vaultKey, content);
      await put(manifestKey(recording.id, 1), manifest);
      const sha256 = createHash('sha256').update(content).digest('hex');
      await ledger.transaction(async (writer) => {
        if (!(await writer.dockings.get(docking.id))) await tellDocking(writer, docking);
        const [listed] = await tellListed(writer, { recording, originals: [original], atMs });
        if (listed) await tellSealed(writer, listed, { sha256, manifestSha256: sha256Hex(manifest), atMs });
      });
      return this.now(original);
    },
    async now({ id }: Pick<Original, 'id'>): Promise<Original> {
      const original = await ledger.originals.get(id);
      if (!original) throw new Error(`no ${id}`);
      return original;
    },
    /** Puts an original or a playable copy into the archive, verified at the time of START_MS. */
    async archived<T extends Original | Derivative>(item: T, content: Uint8Array): Promise<T> {
      const object = { key: item.vaultKey, bytes: content.length, sha256: sha256Hex(content), mediaType: 'video/mp4' };
      await stored.put({ ...object, open: async ({ start, end }) => Readable.from([Buffer.from(content.subarray(start, end))]) });
      await ledger.transaction((writer) => tellArchived(writer, [item]));
      return item;
    },
    /** Makes the playable copy of a recording, as of `run`. A former one has no row any more. */
    async playable({ recordingId }: Original, content: Uint8Array, { atMs = START_MS, run = 1 } = {}): Promise<Derivative> {
      const recording = await ledger.recordings.get(recordingId);
      if (!recording) throw new Error(`no ${recordingId}`);
      const [former = null] = await ledger.recordings.derivatives(recordingId);
      count += 1;
      const made = aDerivative(recordingId, {
        ...{ id: anId('drv', START_MS + count), vaultKey: derivativeKey(recordingId, run, 'playable.mp4'), bytes: content.length },
        ...{ sha256: sha256Hex(content), createdAtMs: atMs },
      });
      await put(made.vaultKey, content);
      await ledger.transaction((writer) =>
        tellDerived(writer, recording, { derivatives: [made], durationMs: 60_000, atMs, replaces: former?.id ?? null }),
      );
      return made;
    },
    async playableNow({ recordingId }: Pick<Derivative, 'recordingId'>): Promise<Derivative> {
      const [found] = await ledger.recordings.derivatives(recordingId);
      if (!found) throw new Error(`no playable copy of ${recordingId}`);
      return found;
    },
    async both(content: Uint8Array, more: Partial<NewRecording> & { like?: Original } = {}): Promise<Original> {
      return this.archived(await this.sealed(content, more), content);
    },
    async close() {
      await evictor.stop();
      await fetchBack.stop();
      await disk.close();
      await stored.close();
      await ledger.close();
      const found = contradictionsIn(file);
      await temporary?.remove();
      if (found.length > 0) throw new Error(`the log says otherwise: ${JSON.stringify(found)}`);
    },
  };
}

export type EvictingStation = Awaited<ReturnType<typeof evictingStation>>;
