import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiskVault } from '#adapters/disk/disk-vault';
import { diskEraser } from '#adapters/disk/original-eraser';
import { VAULT_WRITE_ERRORS } from '#adapters/durable-file';
import { openLedger, type SqliteLedger } from '#adapters/sqlite-ledger/ledger';
import type { DisposalParts } from '#desk/disposals/parts';
import { STATION } from '#domain/custody/actor';
import type { Original } from '#domain/recording';
import { manifestKey } from '#domain/vault/vault-key';
import type { Ledger } from '#ports/ledger';
import type { NewTerm } from '#ports/ledger/retention';
import type { OriginalEraser } from '#ports/original-eraser';
import { store } from '#test/contract/vault';
import { aDocking, aHash, anId, anOriginal, aRecording, type FixedClock, fixedClock, START_MS, STATION_ID } from '#test/support/builders';
import { aCustodyDraft } from '#test/support/custody';
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

const DAY_MS = 86_400_000;
const NO_LOCK = { mode: 'none' as const, hold: false, horizonDays: 30 };

/** Disposal over one vault, with a waiting period of a week and a clock that is believed. */
export function quickDisposals(
  vault: string,
  more: Partial<DisposalParts> & { readonly places?: readonly OriginalEraser[] } = {},
): DisposalParts {
  const { places, ...rest } = more;
  return {
    ...{ waitMs: 7 * DAY_MS, batch: 2, isSteady: () => true, faults: { reached: () => undefined }, running: new Set<string>() },
    open: async () => ({ places: places ?? [vaultEraserOf(vault)], close: async () => undefined }),
    ...rest,
  };
}

function vaultEraserOf(directory: string): OriginalEraser {
  return diskEraser({
    where: 'vault',
    directory,
    quarantine: join(directory, 'quarantine'),
    errors: VAULT_WRITE_ERRORS,
    ready: async () => undefined,
  });
}

/** The archive `disk` in a directory, without the watch for its mark. */
export function diskArchiveEraser(directory: string): OriginalEraser {
  return diskEraser({ where: 'disk', directory, errors: VAULT_WRITE_ERRORS, ready: async () => undefined });
}

/** Puts a schedule in force by hand: what a term is, is the matter of other tests. */
export async function putSchedule(ledger: Ledger): Promise<number> {
  return ledger.transaction(async (writer) => {
    const by = { proposedBy: STATION, proposedPerson: 'station', proposedAtMs: START_MS };
    const version = await writer.retention.propose({ text: 'test', sha256: aHash('schedule'), ...by });
    await writer.retention.decide(version, {
      from: ['proposed'],
      state: 'in-force',
      by: STATION,
      atMs: START_MS,
      inForceAtMs: START_MS,
      turn: 1,
    });
    await writer.custody.append(aCustodyDraft());
    return version;
  });
}

/** Writes a term that ends at this moment; null: it has no end. */
export async function putTerm(ledger: Ledger, recordingId: string, dueMs: number | null): Promise<void> {
  await ledger.transaction(async (writer) => {
    const earned = dueMs === null ? { kind: 'permanent' as const } : { kind: 'instant' as const, ms: dueMs };
    const at = { turn: await writer.retention.turn(), seq: (await writer.custody.head())?.seq ?? 0 };
    const term: NewTerm = {
      ...{ recordingId, version: 1, earnedKind: earned.kind, earnedUntilMs: dueMs, waitsFor: null, floor: earned, maximum: null },
      ...{ action: 'propose', lock: NO_LOCK, winner: 'ordinary', conflict: false, bases: [], corrections: 0 },
    };
    await writer.retention.putTerm(term, at);
    await writer.retention.markCounted([recordingId], at);
    await writer.custody.append(aCustodyDraft({ recordingId }));
  });
}

const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

export async function sealedStation(): Promise<SealedStation> {
  const directory = await mkdtemp(join(tmpdir(), 'evidock-disposal-'));
  const file = join(directory, 'ledger.sqlite');
  const clock = fixedClock();
  const ledger = await openLedger({ file, stationId: STATION_ID, clock });
  const root = join(directory, 'vault');
  const vault = new DiskVault({ directory: root, reserveBytes: 0, rereadThreads: 1 });
  await vault.open();
  const vaultEraser = vaultEraserOf(root);
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
