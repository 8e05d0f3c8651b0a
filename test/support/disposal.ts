import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiskVault } from '#adapters/disk/disk-vault';
import { diskEraser } from '#adapters/disk/original-eraser';
import { VAULT_WRITE_ERRORS } from '#adapters/durable-file';
import { openLedger, type SqliteLedger } from '#adapters/sqlite-ledger/ledger';
import type { Original } from '#domain/recording';
import { manifestKey } from '#domain/vault/vault-key';
import type { OriginalEraser } from '#ports/original-eraser';
import { store } from '#test/contract/vault';
import { aDocking, anId, anOriginal, aRecording, type FixedClock, fixedClock, START_MS, STATION_ID } from '#test/support/builders';
import { tellArchived, tellDocking, tellListed, tellSealed } from '#test/support/ledger/told-ledger';

/** A ledger and a vault in a directory of their own, with sealed originals. */
export interface SealedStation {
  readonly directory: string;
  readonly file: string;
  readonly ledger: SqliteLedger;
  readonly vault: DiskVault;
  readonly clock: FixedClock;
  readonly vaultEraser: OriginalEraser;
  /** Seals a recording with one original, and says that the archive `disk` has it. */
  seal(options?: { bytes?: Uint8Array; archived?: boolean }): Promise<Original>;
  close(): Promise<void>;
}

export const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

export async function sealedStation(): Promise<SealedStation> {
  const directory = await mkdtemp(join(tmpdir(), 'evidock-disposal-'));
  const file = join(directory, 'ledger.sqlite');
  const clock = fixedClock();
  const ledger = await openLedger({ file, stationId: STATION_ID, clock });
  const root = join(directory, 'vault');
  const vault = new DiskVault({ directory: root, reserveBytes: 0, rereadThreads: 1 });
  await vault.open();
  const vaultEraser = diskEraser({ where: 'vault', directory: root, errors: VAULT_WRITE_ERRORS, ready: async () => undefined });
  let n = 0;
  return {
    ...{ directory, file, ledger, vault, clock, vaultEraser },
    seal: async ({ bytes = randomBytes(1000), archived = true } = {}) => {
      n += 1;
      const docking = aDocking({ id: anId('dck', START_MS + n), recorderSerial: `DSJ${n}` });
      const recording = aRecording({ dockingId: docking.id, recorderSerial: `DSJ${n}` });
      const draft = anOriginal(recording, { bytes: bytes.length });
      await store(vault, draft.vaultKey, bytes);
      await vault.putSmall(manifestKey(recording.id, draft.index), Buffer.from(`manifest of ${recording.id}`));
      const atMs = clock.nowMs();
      return ledger.transaction(async (writer) => {
        await tellDocking(writer, docking);
        const [original] = await tellListed(writer, { recording, originals: [draft], atMs });
        if (!original) throw new Error('nothing was listed');
        await tellSealed(writer, original, {
          sha256: sha256Of(bytes),
          manifestSha256: sha256Of(Buffer.from(`manifest of ${recording.id}`)),
          atMs,
        });
        await writer.recordings.update(recording.id, { state: 'archived' });
        const sealed = await writer.originals.get(original.id);
        if (!sealed) throw new Error('it was not sealed');
        if (archived) await tellArchived(writer, [sealed]);
        return sealed;
      });
    },
    close: async () => {
      await ledger.close();
      await vault.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
