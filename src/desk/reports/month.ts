import type { DeskDeps } from '#desk/deps';
import type { Grant } from '#domain/call-up/grant';
import type { CallUpRequest } from '#domain/call-up/request';
import type { CustodyEntry } from '#domain/custody/entry';
import { auditLine } from '#domain/look/audit-line';
import type { AuditQuestion } from '#domain/look/question';
import {
  MONTHS_BEFORE,
  MonthFigures,
  type MonthSpan,
  personOf,
  ROWS_MAX,
  UNUSUAL_MIN,
  type Unusual,
  VIEWERS_MIN,
} from '#domain/reports/month';
import { usualMax } from '#domain/reports/usual';
import type { LedgerReader } from '#ports/ledger';

const PAGE = 500;
const REQUESTS_MAX = 5000;
const PEOPLE_MAX = 20_000;

type Reader = Pick<LedgerReader, 'looks' | 'people' | 'callUps' | 'recordings' | 'custody'>;

/** Footage that stands out. */
export interface Watched {
  readonly recording: string;
  readonly looks: number;
  readonly viewers: number;
  /** Viewers who named no case to which it belongs. */
  readonly outside: number;
}

/** What a month says, ready to be shown. */
export interface MonthReport {
  readonly span: MonthSpan;
  readonly figures: MonthFigures;
  readonly unusual: readonly Unusual[];
  readonly watched: { readonly first: readonly Watched[]; readonly count: number };
  readonly unconfirmed: readonly CallUpRequest[];
  readonly grants: readonly Grant[];
  /** Names of units by id. */
  readonly units: ReadonlyMap<string, string>;
  readonly head: { readonly seq: number; readonly hash: string } | null;
}

interface Asked {
  readonly span: MonthSpan;
  /** Beginnings of the months before, the oldest first, and of the month itself. */
  readonly beginnings: readonly number[];
  readonly isOutside: (atMs: number) => boolean;
  readonly signal: AbortSignal;
}

/** Reads a month of the audit, and the looks of the months before it. Throws what the signal is aborted with. */
export async function monthReport(
  { ledger }: Pick<DeskDeps, 'ledger'>,
  { span, beginnings, isOutside, signal }: Asked,
): Promise<MonthReport> {
  const figures = new MonthFigures(isOutside);
  const head = await ledger.custody.head();
  for await (const entry of answers(ledger, { fromMs: span.fromMs, untilMs: span.untilMs }, signal)) figures.add(auditLine(entry));
  return {
    ...{ span, figures, head },
    unusual: await unusualOf(ledger, { figures, beginnings, signal }),
    watched: await watchedOf(ledger, figures, signal),
    unconfirmed: await unconfirmedOf(ledger, span, signal),
    grants: await endlessOf(ledger, span, signal),
    units: await unitNames(ledger, figures),
  };
}

async function* answers({ looks }: Pick<Reader, 'looks'>, question: AuditQuestion, signal: AbortSignal): AsyncGenerator<CustodyEntry> {
  for (let after: number | null | undefined; after !== null; ) {
    const { entries, next } = await looks.answer(question, { limit: PAGE, order: 'oldest', ...(after === undefined ? {} : { after }) });
    yield* entries;
    after = next;
    await between(signal);
  }
}

/** Between two pages everybody else has their turn, and a report that nobody waits for any more ends. Throws what the signal is aborted with. */
async function between(signal: AbortSignal): Promise<void> {
  await new Promise(setImmediate);
  signal.throwIfAborted();
}

interface Volume {
  readonly figures: MonthFigures;
  readonly beginnings: readonly number[];
  readonly signal: AbortSignal;
}

/** Compares what each person looked at in the month with what those of the same role looked at in each of the months before. */
async function unusualOf(ledger: Reader, { figures, beginnings, signal }: Volume): Promise<readonly Unusual[]> {
  const people = figures.people();
  if (!people.some(({ looks }) => looks >= UNUSUAL_MIN)) return [];
  const first = beginnings[0] ?? 0;
  const last = beginnings.at(-1) ?? 0;
  const before = new Map<string, { readonly role: string; readonly months: number[] }>();
  for (const { person, role } of people) before.set(person, { role, months: Array(MONTHS_BEFORE).fill(0) });
  for await (const user of activeUsers(ledger, signal))
    if (!before.has(user.id) && before.size < PEOPLE_MAX)
      before.set(user.id, { role: user.roles[0] ?? '', months: Array(MONTHS_BEFORE).fill(0) });
  for await (const entry of answers(ledger, { type: 'recording.viewed', fromMs: first, untilMs: last }, signal)) {
    const line = auditLine(entry);
    const month = beginnings.findLastIndex((begin) => begin <= line.atMs);
    const person = personOf(line);
    let known = before.get(person);
    if (!known && before.size < PEOPLE_MAX) {
      known = { role: line.who.roles[0] ?? line.who.via ?? '', months: Array(MONTHS_BEFORE).fill(0) };
      before.set(person, known);
    }
    if (known) known.months[month] = (known.months[month] ?? 0) + 1;
  }
  const limits = new Map<string, number>();
  for (const [role, same] of Map.groupBy(before.values(), (each) => each.role))
    limits.set(role, usualMax(same.flatMap(({ months }) => months)));
  return people
    .map((person) => ({ ...person, limit: limits.get(person.role) ?? 0 }))
    .filter(({ looks, limit }) => looks >= UNUSUAL_MIN && looks > limit)
    .slice(0, ROWS_MAX);
}

async function* activeUsers({ people }: Pick<Reader, 'people'>, signal: AbortSignal) {
  for (let after: string | undefined; ; ) {
    const page = await people.users({ state: 'active', limit: PAGE, ...(after === undefined ? {} : { after }) });
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < PAGE) return;
    after = last.account;
    await between(signal);
  }
}

async function watchedOf(
  { recordings }: Pick<Reader, 'recordings'>,
  figures: MonthFigures,
  signal: AbortSignal,
): Promise<MonthReport['watched']> {
  const found: Watched[] = [];
  for (const [n, { recording, viewers, looks }] of figures.recordings().entries()) {
    if (n % PAGE === 0) await between(signal);
    const cases = (await recordings.detail(recording))?.caseNumbers ?? [];
    const outside = [...viewers.values()].filter((named) => !cases.some((each) => named.has(each))).length;
    if (viewers.size >= VIEWERS_MIN || outside > 0) found.push({ recording, looks, viewers: viewers.size, outside });
  }
  found.sort((one, other) => other.viewers - one.viewers || other.outside - one.outside);
  return { first: found.slice(0, ROWS_MAX), count: found.length };
}

async function unconfirmedOf(
  { callUps }: Pick<Reader, 'callUps'>,
  { fromMs, untilMs }: MonthSpan,
  signal: AbortSignal,
): Promise<readonly CallUpRequest[]> {
  const found: CallUpRequest[] = [];
  for (let after: string | undefined; found.length < REQUESTS_MAX; ) {
    const page = await callUps.requests({ seenBy: null, unconfirmedAtMs: untilMs, limit: PAGE, ...(after === undefined ? {} : { after }) });
    found.push(...page.filter(({ askedAtMs }) => askedAtMs >= fromMs && askedAtMs < untilMs));
    const last = page.at(-1);
    if (!last || page.length < PAGE || last.askedAtMs < fromMs) break;
    after = last.id;
    await between(signal);
  }
  return found;
}

/** Grants that began before the month and had not ended when it was over. */
async function endlessOf(
  { callUps }: Pick<Reader, 'callUps'>,
  { fromMs, untilMs }: MonthSpan,
  signal: AbortSignal,
): Promise<readonly Grant[]> {
  const found: Grant[] = [];
  for (let after: string | undefined; found.length < ROWS_MAX; ) {
    const page = await callUps.grants({ seenBy: null, limit: PAGE, ...(after === undefined ? {} : { after }) });
    found.push(...page.filter((grant) => grant.fromMs < fromMs && (grant.endedAtMs === null || grant.endedAtMs >= untilMs)));
    const last = page.at(-1);
    if (!last || page.length < PAGE) break;
    after = last.id;
    await between(signal);
  }
  return found.slice(0, ROWS_MAX);
}

async function unitNames({ people }: Pick<Reader, 'people'>, figures: MonthFigures): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  for (const [unit] of figures.by('unit')) {
    const name = unit === '' ? undefined : (await people.unit(unit))?.name;
    if (name !== undefined) names.set(unit, name);
  }
  return names;
}
