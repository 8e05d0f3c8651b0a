import type { CorrectionAnswer, DryRunAnswer, ScheduleAnswer, ScheduleTextAnswer, TermAnswer } from '#api/retention/retention';
import type { DeskDeps } from '#desk/deps';
import type { ExplainedRecording } from '#desk/retention/explain';
import { actorText } from '#domain/custody/actor';
import type { Amount, DryRunResult, NamedChange } from '#domain/retention/dry-run';
import { untilOf } from '#domain/retention/kept-term';
import { rulesOfAgency } from '#domain/retention/matching';
import { termText } from '#domain/retention/term';
import type { Until } from '#domain/retention/until';
import { reasonText } from '#messages/reason';
import type { Correction, KeptDryRun, ScheduleVersion } from '#ports/ledger/retention';
import { actorName } from '#serve/person-name';
import { Presenter } from '#serve/present';

const HOUR_MS = 3_600_000;
const GIB = 2 ** 30;
const LANGUAGES = ['zh-CN', 'en'] as const;
type Named = DryRunResult['longer'];
type Deps = Pick<DeskDeps, 'facts' | 'retention' | 'ledger'>;

export async function shownSchedule(found: ScheduleVersion, { facts, retention, ledger }: Deps): Promise<ScheduleAnswer> {
  const presenter = new Presenter(facts.timezone);
  const { version, state, sha256, proposedBy, proposedAtMs, decidedBy, decidedAtMs, inForceAtMs } = found;
  return {
    ...{ version, state, title: retention.shelf.of(found).schedule.title, sha256, proposedBy: actorText(proposedBy) },
    ...{ proposedByName: await actorName(ledger, proposedBy), proposedAt: presenter.time(proposedAtMs) },
    decidedByName: await actorName(ledger, decidedBy),
    ...{ decidedBy: decidedBy === null ? null : actorText(decidedBy), decidedAt: presenter.timeOrNull(decidedAtMs) },
    inForceAt: presenter.timeOrNull(inForceAtMs),
  };
}

/** The rules of a version as the station reads them, and whose they are. */
export function shownRules(found: ScheduleVersion, { retention }: Deps): Pick<ScheduleTextAnswer, 'agency' | 'rules'> {
  const { schedule } = retention.shelf.of(found);
  const counting = rulesOfAgency(schedule);
  const { sectors, region } = schedule.agency;
  const rules = schedule.rules.map((rule) => {
    const { id, title, match, start, action, lock, source, minimum, maximum } = rule;
    return {
      ...{ id, title, match: { ...match }, start, action, lock: { ...lock }, source: { ...source }, counts: counting.includes(rule) },
      ...{ minimum: minimum && termText(minimum), maximum: maximum && termText(maximum) },
    };
  });
  return { agency: { sectors: [...sectors], region }, rules };
}

/** `deps.ledger`: that of whoever asks. Recordings that they may not see are counted and not named. */
export async function shownDryRun(run: KeptDryRun, deps: Deps): Promise<DryRunAnswer> {
  const presenter = new Presenter(deps.facts.timezone);
  const result = JSON.parse(run.result) as DryRunResult;
  const named = async (each: Named) => {
    const seen = await Promise.all(each.names.map(({ recording }) => deps.ledger.recordings.get(recording)));
    const names = each.names.filter((_, place) => seen[place] !== null);
    return { ...amount(each), names: names.map((one) => shownName(one, presenter)), more: each.recordings - names.length };
  };
  return {
    ...{
      digest: run.digest,
      against: run.against,
      by: actorText(run.by),
      byName: await actorName(deps.ledger, run.by),
      at: presenter.time(run.atMs),
    },
    ...{ inForceAt: presenter.time(result.inForceAtMs), whole: amount(result.whole) },
    ...{ longer: await named(result.longer), notKept: await named(result.notKept), conflicts: await named(result.conflicts) },
    ending: result.ending.map(({ withinDays, ...sum }) => ({ withinDays, ...amount(sum) })),
    disposable: await named(result.disposable),
    ...{ later: amount(result.later), permanent: amount(result.permanent), waiting: amount(result.waiting) },
    rules: result.rules.map(({ from, to, change, ...sum }) => ({ from, to, change, ...amount(sum) })),
    rulesLeftOut: result.rulesLeftOut,
  };
}

function shownName({ recording, before, after }: NamedChange, presenter: Presenter) {
  return { recording, before: before && shownUntil(before, presenter), after: shownUntil(after, presenter) };
}

function shownUntil(until: Until, presenter: Presenter) {
  const at = until.kind === 'instant' ? presenter.time(until.ms) : null;
  return { kind: until.kind, at, for: until.kind === 'waiting' ? until.for : null };
}

function amount({ recordings, durationMs, bytes }: Amount) {
  return { recordings, hours: rounded(durationMs / HOUR_MS), gib: rounded(bytes / GIB) };
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

export function shownTerm({ term, sentences }: ExplainedRecording, { facts }: Deps): TermAnswer {
  const presenter = new Presenter(facts.timezone);
  const { recordingId: recording, version, floor, maximum, action, lock, winner: rule, conflict, corrections, stale } = term;
  const of = (language: (typeof LANGUAGES)[number]) => {
    const { verdict, whys } = sentences(language);
    return { verdict: reasonText(language, verdict), whys: whys.map((why) => reasonText(language, why)) };
  };
  const { verdict, whys } = sentences('en');
  return {
    ...{ recording, version, until: shownUntil(untilOf(term), presenter), earned: floor && shownUntil(floor, presenter) },
    ...{ maximum: maximum && shownUntil(maximum, presenter), action, lock: { ...lock }, rule, conflict, corrections, stale },
    ...{ reasons: [verdict, ...whys], words: { 'zh-CN': of('zh-CN'), en: of('en') } },
  };
}

export async function shownCorrection(found: Correction, deps: Deps): Promise<CorrectionAnswer> {
  const presenter = new Presenter(deps.facts.timezone);
  const seen = (await deps.ledger.recordings.get(found.recordingId)) !== null;
  const { number, recordingId, state, reason, proposedBy, proposedAtMs, decidedBy, decidedAtMs } = found;
  return {
    ...{ number, recording: seen ? recordingId : null, state, reason: seen ? reason : null },
    ...{ proposedBy: actorText(proposedBy), proposedByName: await actorName(deps.ledger, proposedBy) },
    ...{ proposedAt: presenter.time(proposedAtMs), decidedByName: await actorName(deps.ledger, decidedBy) },
    ...{ decidedBy: decidedBy === null ? null : actorText(decidedBy), decidedAt: presenter.timeOrNull(decidedAtMs) },
  };
}
