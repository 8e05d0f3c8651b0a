import { mustBeSecond } from '#desk/people/second-person';
import { sha256Hex } from '#domain/canonical-json';
import { type Actor, actorText, STATION } from '#domain/custody/actor';
import {
  RetentionAdopted,
  RetentionInForce,
  RetentionProposed,
  RetentionRefused,
  RetentionWithdrawn,
} from '#domain/custody/retention-entries';
import { subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { type DryRunResult, dryRunDigest } from '#domain/retention/dry-run';
import type { Clock } from '#ports/clock';
import type { Ledger, LedgerReader, LedgerWriter } from '#ports/ledger';
import type { KeptDryRun, ScheduleVersion } from '#ports/ledger/retention';
import type { ReadVersion } from './schedule-shelf.ts';

/** More proposals do not wait at once: each is read by a person. */
export const SCHEDULES_MAX = 20;
/** A dry run that is older does not tell what is in the vault today. */
const DRY_RUN_DAYS_MAX = 7;
const DAY_MS = 86_400_000;
/** More versions than a site has in its life. */
const VERSIONS_MAX = 1000;

interface Deps {
  readonly ledger: Ledger;
  readonly clock: Clock;
}

/** Who proposes or decides. */
export interface Deciding {
  readonly actor: Actor;
  /** Id of the account; `machine` for whoever acts on the machine itself, `station`. */
  readonly person: string;
}

/** Proposes a schedule. Throws config.invalid for a text that is none, request.conflict where it is in force already or too many wait. */
export async function proposeSchedule(
  { ledger, clock, read }: Deps & { readonly read: ReadVersion },
  { text, by: { actor, person } }: { readonly text: string; readonly by: Deciding },
): Promise<ScheduleVersion> {
  read({ version: 0, text });
  const sha256 = sha256Hex(Buffer.from(text));
  return ledger.transaction(async (writer) => {
    const inForce = await writer.retention.inForce();
    if (inForce?.sha256 === sha256) throw new EvidockError('request.conflict', because('schedule-same', { version: inForce.version }));
    const waiting = await writer.retention.schedules({ state: 'proposed', limit: SCHEDULES_MAX });
    if (waiting.length >= SCHEDULES_MAX)
      throw new EvidockError('request.conflict', because('schedules-waiting', { count: waiting.length }));
    const atMs = clock.nowMs();
    const version = await writer.retention.propose({ text, sha256, proposedBy: actor, proposedPerson: person, proposedAtMs: atMs });
    await writer.custody.append(
      RetentionProposed.make({ ...about(version, { atMs, actor }), data: { sha256, person }, lists: { text: text.split('\n') } }),
    );
    return mustHaveSchedule(writer, version);
  });
}

/**
 * The station proposes a file where no version has its text. It takes back what it proposed before and nobody has decided yet: a file that was changed once more
 * waits for nobody.
 */
export async function proposeFile({ ledger, clock, read }: Deps & { readonly read: ReadVersion }, text: string): Promise<void> {
  const sha256 = sha256Hex(Buffer.from(text));
  const versions = await ledger.retention.schedules({ limit: VERSIONS_MAX });
  if (versions.some((each) => each.sha256 === sha256)) return;
  const by = { actor: STATION, person: 'station' };
  for (const { version, state, proposedPerson } of versions)
    if (state === 'proposed' && proposedPerson === by.person)
      await endSchedule({ ledger, clock }, { version, how: 'withdrawal', reason: null, actor: by.actor });
  await proposeSchedule({ ledger, clock, read }, { text, by });
}

/**
 * Adopts a proposal after its dry run, of which `digest` is named: its waiting period begins. Throws request.not-found, request.forbidden for one's own
 * proposal, request.conflict where there is no such dry run, or it tells of another state than today's.
 */
export async function adoptSchedule(
  { ledger, clock, waitingDays }: Deps & { readonly waitingDays: number },
  { version, digest, by: { actor, person } }: { readonly version: number; readonly digest: string; readonly by: Deciding },
): Promise<ScheduleVersion> {
  return ledger.transaction(async (writer) => {
    const { retention } = writer;
    const proposal = await waitingProposal(writer, version);
    const own = because('schedule-own', { version, who: actorText(proposal.proposedBy) });
    await mustBeSecond(writer, { first: proposal.proposedPerson, second: person, duty: 'retention', nowMs: clock.nowMs(), own });
    const adopted = await retention.adopted();
    if (adopted)
      throw new EvidockError(
        'request.conflict',
        because('schedule-waits', { version: adopted.version, at: new Date(adopted.inForceAtMs ?? 0).toISOString() }),
      );
    const against = (await retention.inForce())?.version ?? null;
    if (against !== null && against > version)
      throw new EvidockError('request.conflict', because('schedule-older', { version, newer: against }));
    const atMs = clock.nowMs();
    mustBeSeen(await retention.dryRun(version), { proposal, digest, against, atMs });
    const turn = (await retention.turn()) + 1;
    const inForceAtMs = atMs + waitingDays * DAY_MS;
    await retention.decide(version, { from: ['proposed'], state: 'adopted', by: actor, atMs, inForceAtMs, turn });
    const data = { sha256: proposal.sha256, digest, against, inForceAt: new Date(inForceAtMs).toISOString(), turn };
    await writer.custody.append(RetentionAdopted.make({ ...about(version, { atMs, actor }), data }));
    return mustHaveSchedule(writer, version);
  });
}

interface Seen {
  readonly proposal: ScheduleVersion;
  readonly digest: string;
  readonly against: number | null;
  readonly atMs: number;
}

/** Throws request.conflict unless the kept dry run is the one that `digest` names, of this text, compared with what counts today, and not too old. */
function mustBeSeen(run: KeptDryRun | null, { proposal: { version, sha256 }, digest, against, atMs }: Seen): void {
  if (run === null) throw new EvidockError('request.conflict', because('schedule-no-dry-run', { version }));
  if (run.digest !== digest) throw new EvidockError('request.conflict', because('schedule-digest', { version, wanted: digest }));
  const result = JSON.parse(run.result) as DryRunResult;
  if (dryRunDigest(result) !== digest || result.sha256 !== sha256)
    throw new EvidockError('request.conflict', because('schedule-result-changed', { version }));
  if (run.against !== against) throw new EvidockError('request.conflict', because('schedule-against', { version }));
  const days = Math.floor((atMs - run.atMs) / DAY_MS);
  if (days >= DRY_RUN_DAYS_MAX || days < 0)
    throw new EvidockError('request.conflict', because('schedule-dry-run-old', { version, days, limit: DRY_RUN_DAYS_MAX }));
}

/**
 * Ends a schedule that is not in force yet: `refusal` of a proposal, or `withdrawal`. What was adopted is taken back either way. Throws request.not-found,
 * request.conflict.
 */
export async function endSchedule(
  { ledger, clock }: Deps,
  {
    version,
    how,
    reason,
    actor,
  }: { readonly version: number; readonly how: 'refusal' | 'withdrawal'; readonly reason: string | null; readonly actor: Actor },
): Promise<ScheduleVersion> {
  return ledger.transaction(async (writer) => {
    const found = await mustHaveSchedule(writer, version);
    const atMs = clock.nowMs();
    const told = { ...about(version, { atMs, actor }), personal: { reason } };
    if (how === 'refusal' && found.state === 'proposed') {
      await writer.retention.decide(version, { from: ['proposed'], state: 'refused', by: actor, atMs });
      await writer.custody.append(RetentionRefused.make(told));
    } else {
      // What was adopted has lengthened terms already; they are counted again without it.
      const turn = found.state === 'adopted' ? (await writer.retention.turn()) + 1 : null;
      const state = { from: ['proposed', 'adopted'], state: 'withdrawn', by: actor, atMs } as const;
      await writer.retention.decide(version, { ...state, ...(turn === null ? {} : { turn }) });
      await writer.custody.append(RetentionWithdrawn.make({ ...told, data: { turn } }));
    }
    return mustHaveSchedule(writer, version);
  });
}

/** Brings the adopted version into force once its waiting period is over. Returns it; null where none is due. */
export async function bringIntoForce({ ledger }: Pick<Deps, 'ledger'>, nowMs: number): Promise<ScheduleVersion | null> {
  const waiting = await ledger.retention.adopted();
  if (waiting === null || !isDue(waiting, nowMs)) return null;
  return ledger.transaction(async (writer) => {
    const adopted = await writer.retention.adopted();
    if (adopted === null || !isDue(adopted, nowMs)) return null;
    const { version } = adopted;
    const against = (await writer.retention.inForce())?.version ?? null;
    const turn = (await writer.retention.turn()) + 1;
    await writer.retention.decide(version, { from: ['adopted'], state: 'in-force', by: STATION, atMs: nowMs, turn });
    await writer.custody.append(RetentionInForce.make({ ...about(version, { atMs: nowMs, actor: STATION }), data: { against, turn } }));
    return mustHaveSchedule(writer, version);
  });
}

function isDue({ inForceAtMs }: ScheduleVersion, nowMs: number): boolean {
  return inForceAtMs !== null && inForceAtMs <= nowMs;
}

function about(version: number, { atMs, actor }: { readonly atMs: number; readonly actor: Actor }) {
  return { atMs, actor, subject: subject('schedule', String(version)) };
}

async function waitingProposal(writer: LedgerWriter, version: number): Promise<ScheduleVersion> {
  const found = await mustHaveSchedule(writer, version);
  if (found.state !== 'proposed') throw new EvidockError('request.conflict', because('schedule-decided', { version }));
  return found;
}

/** Throws request.not-found. */
export async function mustHaveSchedule({ retention }: Pick<LedgerReader, 'retention'>, version: number): Promise<ScheduleVersion> {
  const found = await retention.schedule(version);
  if (found === null) throw new EvidockError('request.not-found', because('no-schedule-version', { version }));
  return found;
}
