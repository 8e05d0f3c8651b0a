import { mustBeSecond } from '#desk/people/second-person';
import { actorText } from '#domain/custody/actor';
import { CorrectionApproved, CorrectionProposed, CorrectionRefused } from '#domain/custody/retention-entries';
import { subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { KeptTerm } from '#domain/retention/kept-term';
import type { Ledger, LedgerReader, LedgerWriter } from '#ports/ledger';
import type { Correction } from '#ports/ledger/retention';
import { type CountDeps, countedOf, putTerms } from './count-terms.ts';
import type { Deciding } from './versions.ts';

const WAITING_MAX = 1000;

interface Deps extends CountDeps {
  readonly ledger: Ledger;
}

/** Says that a recording earned its term by an error. Throws request.not-found, request.conflict for what is locked or is proposed already. */
export async function proposeCorrection(
  deps: Deps,
  { recordingId, reason, by: { actor, person } }: { readonly recordingId: string; readonly reason: string; readonly by: Deciding },
): Promise<Correction> {
  return deps.ledger.transaction(async (writer) => {
    await mustHaveTerm(writer, recordingId);
    await mustNotBeLocked(writer, recordingId, deps);
    const waiting = await writer.retention.corrections({ state: 'proposed', limit: WAITING_MAX });
    if (waiting.some((each) => each.recordingId === recordingId) || waiting.length >= WAITING_MAX)
      throw new EvidockError('request.conflict', because('corrections-waiting', { recording: recordingId }));
    const atMs = deps.clock.nowMs();
    const made = { recordingId, reason, proposedBy: actor, proposedPerson: person, proposedAtMs: atMs };
    const number = await writer.retention.proposeCorrection(made);
    const about = { atMs, actor, subject: subject('recording', recordingId) };
    await writer.custody.append(CorrectionProposed.make({ ...about, data: { correction: number, person }, personal: { reason } }));
    return mustHaveCorrection(writer, number);
  });
}

/**
 * Approves or refuses a correction. Approved, the recording keeps what its facts of today earn under what counts today, and nothing of before. Throws
 * request.not-found, request.forbidden for one's own, request.conflict for what is decided already or locked by now.
 */
export async function decideCorrection(
  deps: Deps,
  { number, approve, by: { actor, person } }: { readonly number: number; readonly approve: boolean; readonly by: Deciding },
): Promise<Correction> {
  return deps.ledger.transaction(async (writer) => {
    const found = await mustHaveCorrection(writer, number);
    if (found.state !== 'proposed') throw new EvidockError('request.conflict', because('correction-decided', { number }));
    const { recordingId, proposedBy, proposedPerson } = found;
    const own = because('correction-own', { number, who: actorText(proposedBy) });
    await mustBeSecond(writer, { first: proposedPerson, second: person, duty: 'retention', nowMs: deps.clock.nowMs(), own });
    const atMs = deps.clock.nowMs();
    await writer.retention.decideCorrection(number, { state: approve ? 'approved' : 'refused', by: actor, atMs });
    const type = approve ? CorrectionApproved : CorrectionRefused;
    await writer.custody.append(type.make({ atMs, actor, subject: subject('recording', recordingId), data: { correction: number } }));
    if (approve) await correct(writer, recordingId, deps);
    return mustHaveCorrection(writer, number);
  });
}

async function correct(writer: LedgerWriter, recordingId: string, deps: Deps): Promise<void> {
  const before = await mustHaveTerm(writer, recordingId);
  await mustNotBeLocked(writer, recordingId, deps);
  const counts = await deps.shelf.whatCounts(writer, []);
  if (counts === null) throw new EvidockError('request.not-found', because('no-term', { recording: recordingId }));
  const corrected: KeptTerm = { ...before, floor: null, bases: [], corrections: before.corrections + 1 };
  const counted = await countedOf(writer, [recordingId], { before: [corrected], counts, forgets: true });
  await putTerms(writer, { ids: [recordingId], counted: counted.map(({ kept }) => ({ before, kept })) }, deps);
}

/** Throws request.conflict where the archive refuses that any copy goes: its lock stands, whatever is corrected here. */
async function mustNotBeLocked({ recordings }: Pick<LedgerReader, 'recordings'>, recordingId: string, { clock }: Deps): Promise<void> {
  const copies = await recordings.copies(recordingId);
  const until = Math.max(0, ...copies.map(({ lockedUntilMs }) => lockedUntilMs ?? 0));
  if (copies.some(({ legalHold }) => legalHold))
    throw new EvidockError('request.conflict', because('correction-locked-for-good', { recording: recordingId }));
  if (until > clock.nowMs())
    throw new EvidockError('request.conflict', because('correction-locked', { recording: recordingId, at: new Date(until).toISOString() }));
}

/** Throws request.not-found. */
async function mustHaveTerm({ retention }: Pick<LedgerReader, 'retention'>, recordingId: string): Promise<KeptTerm> {
  const term = await retention.termOf(recordingId);
  if (term === null) throw new EvidockError('request.not-found', because('no-term', { recording: recordingId }));
  return term;
}

/** Throws request.not-found. */
export async function mustHaveCorrection({ retention }: Pick<LedgerReader, 'retention'>, number: number): Promise<Correction> {
  const found = await retention.correction(number);
  if (found === null) throw new EvidockError('request.not-found', because('no-correction', { number }));
  return found;
}
