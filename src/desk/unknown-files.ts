import { blocksKey, manifestKey } from '#domain/vault/vault-key';
import { workId } from '#domain/work';
import type { DeskDeps } from './deps.ts';

/** More than deriving a recording again and again can leave before the next start removes it. */
const LEFTOVERS_MAX = 10_000;

type Deps = Pick<DeskDeps, 'ledger' | 'vault'>;

/** Finds files of the vault that no row of the ledger names. Keys come in order, so the files of one recording stand together. */
export async function* unknownFiles(
  deps: Deps,
  signal: AbortSignal,
): AsyncGenerator<{ readonly recordingId: string | null; readonly key: string }> {
  let recordingId: string | null = null;
  let known: { keys: ReadonlySet<string>; deriving: boolean } = { keys: new Set(), deriving: false };
  for await (const { key } of deps.vault.list('')) {
    signal.throwIfAborted();
    const [, , , owner = ''] = key.split('/');
    if (owner !== recordingId) {
      recordingId = owner;
      known = await keysOf(deps, owner);
    }
    // A run of derive work may have put a file there before its row is written.
    if (known.keys.has(key) || (known.deriving && key.includes('/derived/'))) continue;
    yield { recordingId: owner || null, key };
  }
}

async function keysOf({ ledger }: Deps, recordingId: string): Promise<{ keys: ReadonlySet<string>; deriving: boolean }> {
  const work = await ledger.work.get(workId('derive', recordingId));
  const detail = await ledger.recordings.detail(recordingId);
  if (!detail || detail.recording.state === 'disposed') return { keys: new Set(), deriving: false };
  const originals = detail.originals.flatMap(({ vaultKey, index }) => [
    vaultKey,
    manifestKey(recordingId, index),
    blocksKey(recordingId, index),
  ]);
  // Files that are noted to be removed are known; the next start of the daemon removes them.
  const leftovers = await ledger.recordings.leftovers(LEFTOVERS_MAX, recordingId);
  const keys = new Set([...originals, ...detail.derivatives.map(({ vaultKey }) => vaultKey), ...leftovers.map(({ key }) => key)]);
  return { keys, deriving: work !== null && work.state !== 'done' };
}
