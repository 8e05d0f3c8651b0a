import type { DiskVault } from '#adapters/disk/disk-vault';
import { diskEraser } from '#adapters/disk/original-eraser';
import type { SealedAttributes } from '#adapters/disk/sealed-attributes';
import { VAULT_WRITE_ERRORS } from '#adapters/durable-file';
import type { EvictionNeeds } from '#domain/eviction/choose';
import { CheckedArchivedCopies } from '#evict/archived-copies';
import { EvictableVault } from '#evict/evictable-vault';
import { Evictor } from '#evict/evictor';
import { ArchiveFetchBack } from '#evict/fetch-back';
import { KeysInUse } from '#evict/keys-in-use';
import type { Archive } from '#ports/archive';
import type { ArchivedCopies } from '#ports/archived-copies';
import type { FetchBack } from '#ports/fetch-back';
import type { Ledger } from '#ports/ledger';
import type { Vault } from '#ports/vault';
import type { VaultRoom } from '#ports/vault-room';
import type { StationContext } from '../context.ts';

const DAY_MS = 86_400_000;
const NO_ROOM: VaultRoom = { makeRoom: async () => 0 };

export interface EvictionLine {
  /** The vault for everybody else: what is read is not evicted, and what was evicted is read from the archive. */
  readonly vault: Vault;
  readonly fetchBack: FetchBack;
  readonly archived: ArchivedCopies;
  /** null: nothing is evicted, because there is no archive or it is configured so. */
  readonly evictor: Evictor | null;
  /** Ends what an earlier process began; called once, before anything else uses the vault. */
  recover(): Promise<void>;
  /** From now on the space is watched, and fetches of an earlier process go on. */
  start(): Promise<void>;
}

/** Puts eviction and fetch-back in front of the vault on disk. */
export function openEviction(
  context: StationContext,
  given: {
    readonly ledger: Ledger;
    readonly disk: DiskVault;
    readonly attributes: SealedAttributes | undefined;
    readonly archive: Archive | null;
    readonly pokeWork: () => void;
    /** The scrub is to look for what is due. */
    readonly pokeScrub: () => void;
  },
): EvictionLine {
  const { config, clock, log, faults, places, onStop } = context;
  const { ledger, disk, attributes, archive, pokeWork, pokeScrub } = given;
  const inUse = new KeysInUse();
  const eraser = diskEraser({
    ...{ where: 'vault', directory: places.vault, errors: VAULT_WRITE_ERRORS, attributes },
    ready: async () => undefined,
  });
  const { on, highWater, lowWater, everySeconds } = config.eviction;
  const marks = { high: highWater, low: lowWater };
  const needs = evictionNeeds(config.eviction);
  const settings = { marks, needs, playable: config.archive.derivatives, everyMs: everySeconds * 1000 };
  const common = { ledger, clock, log, faults };
  const evictor = archive && on ? new Evictor({ ...common, vault: disk, archive, eraser, inUse, pokeWork, settings }) : null;
  const room = evictor ?? NO_ROOM;
  const fetchBack = new ArchiveFetchBack({ ...common, vault: disk, archive, room });
  const archived = new CheckedArchivedCopies({ ...common, vault: disk, archive, foundBad: pokeScrub });
  onStop(() => evictor?.stop() ?? Promise.resolve());
  onStop(() => fetchBack.stop());
  return {
    vault: new EvictableVault({ vault: disk, ledger, archive, archived, inUse, room, fetchBack }),
    fetchBack,
    archived,
    evictor,
    recover: async () => evictor?.recover(),
    start: async () => {
      await fetchBack.start();
      await evictor?.start();
    },
  };
}

/** What `eviction` asks of the archive before an original may be without its copy in the vault. */
export function evictionNeeds({ copies, check, checkDays }: StationContext['config']['eviction']): EvictionNeeds {
  return { copies, freshMs: checkDays * DAY_MS, readBack: check === 'readback' };
}
