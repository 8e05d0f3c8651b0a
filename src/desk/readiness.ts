import { asEvidockError, EvidockError } from '#domain/errors';
import { because, type Reason } from '#domain/reason';
import type { DeskDeps } from './deps.ts';

const CHECK_MS_MAX = 3000;
/** Time for a fresh probe of the archive, which takes several requests over a link that may be slow. */
const FRESH_MS_MAX = 35_000;

interface Check {
  readonly ok: boolean;
  /** Code of the error; null if the check went well. */
  readonly code: string | null;
  readonly reason: Reason;
}

export interface Readiness {
  /** `degraded`: footage can be taken in, but is not being derived or archived. */
  readonly status: 'ready' | 'degraded' | 'failing';
  readonly checks: { readonly ledger: Check; readonly vault: Check; readonly queue: Check; readonly archive: Check | null };
}

/** Checks each part that the station depends on, at most 3 s each. `fresh`: a new probe of the archive is made and waited for. */
export async function checkReadiness(deps: DeskDeps, { fresh }: { fresh: boolean }): Promise<Readiness> {
  const { ledger, upkeep, vault, archive, checkArchive, checkQueue } = deps;
  const [ledgerCheck, vaultCheck, queueCheck, archiveCheck] = await Promise.all([
    check(async () => {
      await upkeep.probe();
      return because('recordings-counted', { recordings: (await ledger.counts()).recordings });
    }),
    check(async () => because('free-above-reserve', { free: (await vault.probe()).freeBytes })),
    check(checkQueue),
    archive ? check(() => checkArchive({ fresh }), fresh ? FRESH_MS_MAX : CHECK_MS_MAX) : null,
  ]);
  const checks = { ledger: ledgerCheck, vault: vaultCheck, queue: queueCheck, archive: archiveCheck };
  const local = ledgerCheck.ok && vaultCheck.ok;
  const remote = queueCheck.ok && (archiveCheck?.ok ?? true);
  return { status: !local ? 'failing' : remote ? 'ready' : 'degraded', checks };
}

async function check(ask: () => Promise<Reason>, msMax = CHECK_MS_MAX): Promise<Check> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new EvidockError('station.internal', because('no-answer-within', { seconds: msMax / 1000 }))),
    msMax,
  );
  try {
    return { ok: true, code: null, reason: await Promise.race([ask(), late]) };
  } catch (error) {
    const known: EvidockError = asEvidockError(error);
    return { ok: false, code: known.code, reason: known.reason };
  } finally {
    clearTimeout(timer);
  }
}
