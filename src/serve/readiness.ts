import { asEvidockError, type EvidockError } from '#domain/errors';
import { bytesText } from '#domain/figures';
import type { Archive } from '#ports/archive';
import type { ServeDeps } from './deps.ts';

const CHECK_MS_MAX = 3000;

interface Check {
  readonly ok: boolean;
  /** null if it is well. */
  readonly code: string | null;
  readonly detail: string;
}

export interface Readiness {
  /** `degraded`: footage can be taken in, but is not being derived or archived. */
  readonly status: 'ready' | 'degraded' | 'failing';
  readonly checks: { readonly ledger: Check; readonly vault: Check; readonly queue: Check; readonly archive: Check | null };
}

/** Asks what the station stands on, each at most 3 s. */
export async function checkReadiness({ ledger, vault, archive, checkQueue }: ServeDeps): Promise<Readiness> {
  const [ledgerCheck, vaultCheck, queueCheck, archiveCheck] = await Promise.all([
    check(async () => {
      await ledger.probe();
      return `${(await ledger.counts()).recordings} recordings`;
    }),
    check(async () => `${bytesText((await vault.probe()).freeBytes)} free above the reserve`),
    check(checkQueue),
    archive ? check(() => askArchive(archive)) : null,
  ]);
  const checks = { ledger: ledgerCheck, vault: vaultCheck, queue: queueCheck, archive: archiveCheck };
  const local = ledgerCheck.ok && vaultCheck.ok;
  const remote = queueCheck.ok && (archiveCheck?.ok ?? true);
  return { status: !local ? 'failing' : remote ? 'ready' : 'degraded', checks };
}

async function check(ask: () => Promise<string>): Promise<Check> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${CHECK_MS_MAX} ms`)), CHECK_MS_MAX);
  try {
    return { ok: true, code: null, detail: await Promise.race([ask(), late]) };
  } catch (error) {
    const known: EvidockError = asEvidockError(error);
    return { ok: false, code: known.code, detail: known.detail };
  } finally {
    clearTimeout(timer);
  }
}

async function askArchive(archive: Archive): Promise<string> {
  // A key that is never used: that the question is answered is what counts.
  await archive.head('readiness');
  return `${archive.name} answers`;
}
