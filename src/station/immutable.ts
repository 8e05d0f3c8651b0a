import { SealedAttributes } from '#adapters/disk/sealed-attributes';
import { HelperImmutable } from '#adapters/usb-dock/helper-immutable';
import { recordingIdOfKey } from '#domain/vault/vault-key';
import type { Ledger } from '#ports/ledger';
import type { Vault } from '#ports/vault';
import { ImmutableKeeper } from '#seal/immutable-keeper';
import type { StationContext } from './context.ts';

/** More names of the same bytes than these get their attribute back with the next turn of the keeper. */
const NAMES_MAX = 60;

/** The immutable attribute of sealed files; undefined without a mount helper, because only root may set it. */
export function openAttributes({ config, faults }: StationContext, ledger: Ledger): SealedAttributes | undefined {
  const { mountHelper } = config.dock;
  if (mountHelper === '') return undefined;
  const namesOf = async (key: string): Promise<readonly string[]> => {
    const recordingId = recordingIdOfKey(key);
    const originals = recordingId === null ? [] : await ledger.originals.ofRecording(recordingId);
    const original = originals.find(({ vaultKey }) => vaultKey === key);
    if (!original?.digests) return [];
    const names = await ledger.eviction.names({ sha256: original.digests.sha256, bytes: original.bytes }, NAMES_MAX);
    return names.map(({ vaultKey }) => vaultKey);
  };
  return new SealedAttributes({ files: new HelperImmutable({ socketPath: mountHelper }), namesOf, faults });
}

/** Sets it where a crash, a restore or an earlier station without a helper left a sealed file without it. */
export function keepImmutable({ log, onStop }: StationContext, parts: { readonly ledger: Ledger; readonly vault: Vault }): void {
  const keeper = new ImmutableKeeper({ ...parts, log });
  keeper.start();
  onStop(() => keeper.stop());
}
