import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { diskEraser } from '#adapters/disk/original-eraser';
import type { SealedAttributes } from '#adapters/disk/sealed-attributes';
import { VAULT_WRITE_ERRORS } from '#adapters/durable-file';
import type { DisposalParts } from '#desk/disposals/parts';
import { EvidockError, errnoText } from '#domain/errors';
import { because } from '#domain/reason';
import type { Archive } from '#ports/archive';
import type { ClockWatch } from '#ports/clock-watch';
import type { DisposalKey, Erasers, OriginalEraser } from '#ports/original-eraser';
import type { Vault } from '#ports/vault';
import type { StationContext } from '../context.ts';
import { credentialsIn, s3Credentials } from '../s3-credentials.ts';

const LEDGER_HEAD = 'ledger-head.json';
const DAY_MS = 86_400_000;
const ARCHIVE_ERRORS = { full: 'archive.full', readOnly: 'archive.refused', failed: 'archive.unreachable' } as const;

interface Given {
  readonly vault: Pick<Vault, 'ledgerHead'>;
  readonly attributes: SealedAttributes | undefined;
  readonly archive: Archive | null;
  readonly clockWatch: Pick<ClockWatch, 'state'>;
}

/** Opens what disposal stands on. */
export function openDisposals(context: StationContext, { vault, attributes, archive, clockWatch }: Given): DisposalParts {
  const { config, faults } = context;
  const { waitDays, batch } = config.disposal;
  return {
    ...{ waitMs: waitDays * DAY_MS, batch, faults, running: new Set<string>() },
    isSteady: () => clockWatch.state().kind === 'steady',
    open: async (key): Promise<Erasers> => {
      const places: OriginalEraser[] = [vaultEraser(context, { vault, attributes })];
      if (config.archive.kind === 'disk') places.push(archiveEraser(context, archive));
      if (config.archive.kind !== 's3') return { places, close: async () => undefined };
      const remote = await remoteEraser(context, key);
      return { places: [...places, remote], close: remote.close };
    },
  };
}

function vaultEraser({ places }: StationContext, { vault, attributes }: Pick<Given, 'vault' | 'attributes'>): OriginalEraser {
  // A disk that is not mounted has nothing, and what has nothing would look like a place where all is gone.
  const ready = async () => {
    if ((await vault.ledgerHead()) === null) throw new EvidockError('vault.missing', because('no-marker', { name: LEDGER_HEAD }));
  };
  return diskEraser({
    where: 'vault',
    directory: places.vault,
    quarantine: join(places.vault, 'quarantine'),
    errors: VAULT_WRITE_ERRORS,
    attributes,
    ready,
  });
}

/** Its disk must be mounted: `check` looks for the marker. */
function archiveEraser({ config }: StationContext, archive: Archive | null): OriginalEraser {
  const ready = async () => {
    await archive?.head({ key: '2026/01/01/none' });
  };
  return diskEraser({ where: 'disk', directory: config.archive.directory, errors: ARCHIVE_ERRORS, ready });
}

async function remoteEraser({ config, env }: StationContext, given: DisposalKey | null) {
  const { archive, disposal } = config;
  const { timeout, accessKeyId, secretAccessKey, sessionToken, credentials: directory, ...settings } = archive.s3;
  const key = given ?? (disposal.keyFile === '' ? null : await keyIn(disposal.keyFile));
  // Without a key of the run there is only the station's own, which can look.
  const own = s3Credentials({ directory, fields: { accessKeyId, secretAccessKey, sessionToken }, env });
  const { s3Eraser } = await import('#adapters/s3-archive/s3-eraser');
  const checksums = settings.checksums as 'WHEN_SUPPORTED' | 'WHEN_REQUIRED';
  return s3Eraser({ ...settings, checksums, timeoutMs: timeout * 1000 }, key === null ? own : async () => key);
}

/** Throws archive.refused for a file that cannot be read or holds no key. */
async function keyIn(file: string): Promise<DisposalKey> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new EvidockError('archive.refused', because('thing-errno', { thing: file, errno: errnoText(error) }), error);
  }
  return credentialsIn(text);
}
