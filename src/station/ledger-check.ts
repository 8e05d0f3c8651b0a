import { archiveHeadFault, giveUpHeads, vaultHeadFault } from '#desk/ledger-heads';
import type { Actor } from '#domain/custody/actor';
import { LedgerAccepted } from '#domain/custody/station-entries';
import { subject } from '#domain/custody/subject';
import { asEvidockError, type ErrorCode, EvidockError } from '#domain/errors';
import { because, type Reason, together } from '#domain/reason';
import { ledgerHeadFailed } from '#events';
import type { Archive } from '#ports/archive';
import type { Ledger } from '#ports/ledger';
import type { LedgerUpkeep } from '#ports/ledger/upkeep';
import type { Vault } from '#ports/vault';
import type { StationContext } from './context.ts';

/** An archive that does not answer must not keep recorders waiting. */
const ARCHIVE_MS_MAX = 10_000;
/** Reading the heads of a lost branch of the log, one an hour; a person waits for it. */
const GIVE_UP_MS_MAX = 600_000;

interface Given {
  readonly ledger: Ledger;
  readonly upkeep: Pick<LedgerUpkeep, 'alterations' | 'mendSchema'>;
  readonly vault: Vault;
  /** The archive, to be asked for its note of the ledger; null where there is none, or where nobody should wait for it. */
  readonly archive: Archive | null;
  /** True: a person has decided that the ledger is used as it is. What is wrong with it goes on record and does not stop the start. */
  readonly accept: boolean;
}

type Finding = readonly [ErrorCode, Reason];

/** Checks that this is the ledger that the station wrote last. Throws ledger.missing, ledger.rolled-back or ledger.altered. */
export async function checkLedger(context: StationContext, given: Given): Promise<void> {
  const findings = await findingsOf(context, given);
  const [first] = findings;
  if (!first) return given.accept ? takeUp(given) : undefined;
  const why = together(findings.map(([, each]) => each));
  if (!given.accept) throw new EvidockError(first[0], why);
  const { ledger, upkeep, archive } = given;
  const lasting = await upkeep.mendSchema();
  if (lasting.length > 0) throw new EvidockError('ledger.altered', because('not-made-again', { whys: lasting }));
  await takeUp(given);
  const { config, clock, env } = context;
  if (archive) await giveUp(context, ledger, archive);
  await ledger.transaction(async (writer) => {
    const actor: Actor = { kind: 'cli', id: env['SUDO_USER'] ?? env['USER'] ?? 'unknown', via: null, session: null };
    const about = { atMs: clock.nowMs(), actor, subject: subject('station', config.station.id) };
    await writer.custody.append(LedgerAccepted.make({ ...about, personal: { why } }));
  });
}

/**
 * Takes up a ledger that may have been put back, also where nothing here knows better: on an empty machine there is nothing to compare it with. Every term is counted
 * anew under the whole schedule, because the ledger knows nothing of what changed since, and until then nothing is due. The whole log is shipped again, because the
 * vault may not be the one that this ledger knew; the daily pass joins the new segments with those that are there.
 */
async function takeUp({ ledger }: Given): Promise<void> {
  await ledger.transaction((writer) => writer.retention.recountAll());
  await ledger.shipping.noteShipped('vault', 0);
}

async function findingsOf(context: StationContext, { ledger, upkeep, vault, archive }: Given): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const reason of await upkeep.alterations()) findings.push(['ledger.altered', reason]);
  const noted = await vaultHeadFault(ledger, vault);
  const empty = (await ledger.custody.head()) === null;
  if (empty && (noted !== null || (await holdsFiles(vault)))) findings.unshift(['ledger.missing', noted ?? because('ledger-new', {})]);
  else if (noted !== null) findings.push(['ledger.rolled-back', noted]);
  if (archive) {
    const archived = await archivedFault(context, ledger, archive);
    if (archived !== null) findings.push([empty ? 'ledger.missing' : 'ledger.rolled-back', archived]);
  }
  return findings;
}

async function holdsFiles(vault: Vault): Promise<boolean> {
  for await (const _ of vault.list('')) return true;
  return false;
}

/** An archive that is away must not keep a ledger from being accepted: its heads are asked about again at the next start. */
async function giveUp({ config, log }: StationContext, ledger: Ledger, archive: Archive): Promise<void> {
  try {
    await giveUpHeads(ledger, archive, { stationId: config.station.id, signal: AbortSignal.timeout(GIVE_UP_MS_MAX) });
  } catch (error) {
    ledgerHeadFailed(log, { place: 'archive' }, asEvidockError(error));
  }
}

async function archivedFault({ config, log }: StationContext, ledger: Ledger, archive: Archive): Promise<Reason | null> {
  const signal = AbortSignal.timeout(ARCHIVE_MS_MAX);
  const { promise: late, reject } = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => reject(new EvidockError('archive.unreachable', because('head-late', {}))), {
    once: true,
  });
  try {
    return await Promise.race([archiveHeadFault(ledger, archive, { stationId: config.station.id, signal }), late]);
  } catch (error) {
    ledgerHeadFailed(log, { place: 'archive' }, asEvidockError(error));
    return null;
  }
}
