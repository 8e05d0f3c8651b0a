import { mustBeSecond, tieBetween } from '#desk/people/second-person';
import type { Policy } from '#domain/access/policy';
import { type PolicyWidening, policyWidenings } from '#domain/access/widening-of-policy';
import { sha256Hex } from '#domain/canonical-json';
import { type Actor, actorText, STATION } from '#domain/custody/actor';
import { PolicyAdopted, PolicyProposed, PolicyRefused, PolicyWithdrawn } from '#domain/custody/policy-entries';
import { subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import { MACHINE } from '#domain/people/second-person';
import { because } from '#domain/reason';
import type { Clock } from '#ports/clock';
import type { Ledger, LedgerReader, LedgerWriter } from '#ports/ledger';
import type { PolicySource, PolicyVersion } from '#ports/ledger/policies';
import type { PolicyKeeper } from './policy-keeper.ts';
import { readPolicy } from './read-policy.ts';

/** More proposals do not wait at once: each is read by a person. */
export const PROPOSALS_MAX = 20;
/** Security administrators who are asked about; a station with more has one who can adopt. */
const KEEPERS_MAX = 200;

interface Deps {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly keeper: Pick<PolicyKeeper, 'use' | 'policy'>;
}

export interface Proposed {
  readonly version: number;
  /** `in-force`: it lets nobody do more, so it counts from now on. */
  readonly state: 'proposed' | 'in-force';
  /** The version in force with which it was compared; null: there was none. */
  readonly against: number | null;
  /** null: too many cases to compare. */
  readonly widenings: readonly PolicyWidening[] | null;
}

/** Who proposes or decides. */
export interface Deciding {
  readonly actor: Actor;
  /** Id of the account; `machine` for whoever acts on the machine itself, `station`. */
  readonly person: string;
}

interface Proposal {
  readonly text: string;
  readonly source: PolicySource;
  readonly by: Deciding;
  /** What faults are told of: a path, or what the text was sent as. */
  readonly name: string;
}

/**
 * Proposes a policy. One that lets nobody do more than the one in force is adopted at once; any other waits for a second person. Throws config.invalid for a
 * text that is no policy, request.conflict where it is in force already or too many wait.
 */
export async function proposePolicy(
  { ledger, clock, keeper }: Deps,
  { text, source, by: { actor, person }, name }: Proposal,
): Promise<Proposed> {
  const sha256 = sha256Hex(Buffer.from(text));
  const read = readPolicy(text, 0, name);
  const proposed = await ledger.transaction(async (writer): Promise<Proposed> => {
    const former = await writer.policies.inForce();
    if (former?.sha256 === sha256) throw new EvidockError('request.conflict', because('policy-same', { version: former.version }));
    if (source === 'file') await withdrawFiles(writer, actor, clock.nowMs());
    const waiting = await writer.policies.list({ state: 'proposed', limit: PROPOSALS_MAX });
    if (waiting.length >= PROPOSALS_MAX) throw new EvidockError('request.conflict', because('policy-waiting', { count: waiting.length }));
    // Where none was ever adopted, the policy of the software counts.
    const base = former === null ? keeper.policy() : policyIn(former);
    const widenings = source === 'shipped' ? [] : policyWidenings(base, read);
    const atMs = clock.nowMs();
    const version = await writer.policies.propose({ source, text, sha256, proposedBy: actor, proposedPerson: person, proposedAtMs: atMs });
    const about = { atMs, actor, subject: subject('policy', String(version)) };
    const told = { sha256, against: former?.version ?? null, widens: widenings?.length ?? null };
    await writer.custody.append(PolicyProposed.make({ ...about, data: { source, ...told } }));
    const { against } = told;
    if (widenings?.length !== 0) return { version, state: 'proposed', against, widenings };
    await writer.policies.decide(version, { state: 'in-force', by: actor, atMs });
    const how = source === 'shipped' ? 'first' : 'narrows';
    await writer.custody.append(PolicyAdopted.make({ ...about, data: { ...told, by: how } }));
    return { version, state: 'in-force', against, widenings };
  });
  if (proposed.state === 'in-force') keeper.use({ ...read, version: proposed.version });
  return proposed;
}

/** A file that was changed once more: what it said before waits for nobody. */
export async function withdrawFiles(writer: LedgerWriter, actor: Actor, atMs: number): Promise<void> {
  for (const { version, source } of await writer.policies.list({ state: 'proposed', limit: PROPOSALS_MAX })) {
    if (source !== 'file') continue;
    await writer.policies.decide(version, { state: 'withdrawn', by: actor, atMs });
    await writer.custody.append(PolicyWithdrawn.make({ atMs, actor, subject: subject('policy', String(version)) }));
  }
}

/**
 * Adopts a proposal. `against`: the version in force when whoever adopts it read what it widens. Throws request.not-found, request.forbidden for one's own
 * proposal and for that of an account with which one's own is tied, request.conflict where it waits no more or another version came in force.
 */
export async function adoptPolicy(
  { ledger, clock, keeper }: Deps,
  { version, against, by: { actor, person } }: { readonly version: number; readonly against: number; readonly by: Deciding },
): Promise<PolicyVersion> {
  const adopted = await ledger.transaction(async (writer) => {
    const proposal = await waitingProposal(writer, version);
    const how = await mustBeAdopter(writer, proposal, person, clock.nowMs());
    const former = await writer.policies.inForce();
    const found = former?.version ?? 0;
    if (found !== against) throw new EvidockError('request.conflict', because('policy-against', { version, found, wanted: against }));
    const fresh = policyIn(proposal);
    const base = former === null ? keeper.policy() : policyIn(former);
    const widens = policyWidenings(base, fresh)?.length ?? null;
    const atMs = clock.nowMs();
    await writer.policies.decide(version, { state: 'in-force', by: actor, atMs });
    const data = { sha256: proposal.sha256, against: former?.version ?? null, widens, by: how };
    await writer.custody.append(PolicyAdopted.make({ atMs, actor, subject: subject('policy', String(version)), data }));
    return { proposal: await mustHaveVersion(writer, version), fresh };
  });
  keeper.use(adopted.fresh);
  return adopted.proposal;
}

/**
 * Who adopts is somebody else than who proposed. On the machine itself nobody can tell the two apart: there it is let only as long as no account could adopt it,
 * as in a new station, and the entry says so. Throws request.forbidden.
 */
async function mustBeAdopter(
  writer: LedgerWriter,
  { version, proposedPerson: first, proposedBy }: PolicyVersion,
  second: string,
  nowMs: number,
): Promise<'second-person' | 'no-second-person'> {
  const two = { first, second, duty: 'policy', nowMs } as const;
  const isAlone = second === MACHINE && (await tieBetween(writer, two)) !== null && !(await couldAdopt(writer, first, nowMs));
  if (!isAlone) await mustBeSecond(writer, { ...two, own: because('policy-own', { version, who: actorText(proposedBy) }) });
  return isAlone ? 'no-second-person' : 'second-person';
}

/** Whether some account could adopt what this person proposed. */
async function couldAdopt(writer: LedgerWriter, first: string, nowMs: number): Promise<boolean> {
  const keepers = await writer.people.users({ role: 'security-administrator', state: 'active', limit: KEEPERS_MAX });
  for (const { id } of keepers) if ((await tieBetween(writer, { first, second: id, duty: 'policy', nowMs })) === null) return true;
  return false;
}

/** Ends a proposal: whoever made it withdraws it, anybody else refuses it. Throws request.not-found, request.conflict. */
export async function refusePolicy(
  { ledger, clock }: Pick<Deps, 'ledger' | 'clock'>,
  { version, reason, by: { actor, person } }: { readonly version: number; readonly reason: string | null; readonly by: Deciding },
): Promise<PolicyVersion> {
  return ledger.transaction(async (writer) => {
    const proposal = await waitingProposal(writer, version);
    const own = proposal.proposedPerson === person;
    const atMs = clock.nowMs();
    await writer.policies.decide(version, { state: own ? 'withdrawn' : 'refused', by: actor, atMs });
    const about = { atMs, actor, subject: subject('policy', String(version)) };
    await writer.custody.append(own ? PolicyWithdrawn.make(about) : PolicyRefused.make({ ...about, personal: { reason } }));
    return mustHaveVersion(writer, version);
  });
}

/** The station adopts what comes with the software where no policy was ever in force. */
export async function adoptFirst(deps: Deps, text: string, name: string): Promise<void> {
  if ((await deps.ledger.policies.inForce()) === null)
    await proposePolicy(deps, { text, source: 'shipped', by: { actor: STATION, person: 'station' }, name });
}

/** What a proposal would let people do more, compared with what is in force now. null: too many cases to compare. */
export async function wideningsNow(
  { ledger, keeper }: Pick<Deps, 'ledger'> & { readonly keeper: Pick<PolicyKeeper, 'policy'> },
  proposal: PolicyVersion,
): Promise<{ readonly against: number; readonly widenings: readonly PolicyWidening[] | null }> {
  const former = await ledger.policies.inForce();
  const base = former === null ? keeper.policy() : policyIn(former);
  return { against: base.version, widenings: policyWidenings(base, policyIn(proposal)) };
}

export function policyIn({ text, version }: PolicyVersion): Policy {
  return readPolicy(text, version, `policy ${version}`);
}

async function waitingProposal(writer: LedgerWriter, version: number): Promise<PolicyVersion> {
  const found = await mustHaveVersion(writer, version);
  if (found.state !== 'proposed') throw new EvidockError('request.conflict', because('policy-decided', { version }));
  return found;
}

/** Throws request.not-found. */
export async function mustHaveVersion({ policies }: Pick<LedgerReader, 'policies'>, version: number): Promise<PolicyVersion> {
  const found = await policies.get(version);
  if (found === null) throw new EvidockError('request.not-found', because('no-policy-version', { version }));
  return found;
}
