import { LRUCache } from 'lru-cache';
import type { ClockKind } from '#domain/clock/clock-state';
import { type AuditLine, auditLine } from '#domain/look/audit-line';
import type { AuditQuestion } from '#domain/look/question';
import type { ClockWatch } from '#ports/clock-watch';
import type { Ledger, LedgerReader } from '#ports/ledger';
import type { AuditPage } from '#ports/ledger/looks';

/** A line with what is known now beside what was known then. */
export interface AuditedLine extends Omit<AuditLine, 'clock'> {
  /** How the clock of the station stood, as the entry tells, else by its place in the log. */
  readonly clock: ClockKind;
  readonly now: {
    /** Name of the account now; null: there is none. */
    readonly name: string | null;
    readonly caseTitle: string | null;
    /** Name of the unit of the footage now. */
    readonly unit: string | null;
    /** Account of the reviewer who approved the grant; null: a rule did, or there is no grant. */
    readonly approver: string | null;
  };
}

type Names = Pick<Ledger, 'people' | 'looks' | 'callUps'>;

interface Deps {
  readonly ledger: Names;
  readonly clockWatch: Pick<ClockWatch, 'kindAt'>;
}

const NAMES_MAX = 10_000;
const PAGE = 500;

/** Looks up how people, cases and units are called now; each once for all lines of an answer. */
class NamesNow {
  readonly #ledger: Names;
  readonly #clockWatch: Deps['clockWatch'];
  readonly #names = new LRUCache<string, { readonly name: string | null }>({ max: NAMES_MAX });

  constructor({ ledger, clockWatch }: Deps) {
    this.#ledger = ledger;
    this.#clockWatch = clockWatch;
  }

  async of(line: AuditLine): Promise<AuditedLine> {
    const { people, callUps } = this.#ledger;
    return {
      ...line,
      clock: line.clock ?? this.#clockWatch.kindAt(line.seq),
      now: {
        name: await this.#once('person', line.who.person, async (id) => (await people.user(id))?.name),
        caseTitle: await this.#once('case', line.what.case, async (number) => (await this.#ledger.looks.titlesNow([number])).get(number)),
        unit: await this.#once('unit', line.what.unit, async (id) => (await people.unit(id))?.name),
        approver: await this.#once('grant', line.why.grant, async (id) => (await callUps.grant(id))?.approver),
      },
    };
  }

  async #once(kind: string, id: string | null, find: (id: string) => Promise<string | null | undefined>): Promise<string | null> {
    if (id === null) return null;
    const known = this.#names.get(`${kind} ${id}`);
    if (known) return known.name;
    const name = (await find(id)) ?? null;
    this.#names.set(`${kind} ${id}`, { name });
    return name;
  }
}

/** One page of the answer; `next`: behind which entry it goes on. */
export async function auditPage(
  deps: Deps,
  question: AuditQuestion,
  page: AuditPage,
): Promise<{ readonly lines: readonly AuditedLine[]; readonly next: number | null }> {
  const { entries, next } = await deps.ledger.looks.answer(await resolved(deps.ledger, question), page);
  const names = new NamesNow(deps);
  const lines: AuditedLine[] = [];
  for (const entry of entries) lines.push(await names.of(auditLine(entry)));
  return { lines, next };
}

/** The whole answer, line by line, at most `linesMax`. Holds one page at a time. */
export async function* auditLines(
  deps: Deps,
  question: AuditQuestion,
  { order, linesMax }: Pick<AuditPage, 'order'> & { readonly linesMax: number },
): AsyncGenerator<AuditedLine> {
  const { ledger } = deps;
  const meant = await resolved(ledger, question);
  const names = new NamesNow(deps);
  let left = linesMax;
  for (let after: number | null | undefined; after !== null && left > 0; ) {
    const limit = Math.min(PAGE, left);
    const { entries, next } = await ledger.looks.answer(meant, { limit, order, ...(after === undefined ? {} : { after }) });
    for (const entry of entries) yield names.of(auditLine(entry));
    left -= entries.length;
    after = next;
  }
}

/** People and units may be named as people know them: by sign-in name, officer's number, or name of the unit. */
async function resolved({ people }: Pick<LedgerReader, 'people'>, question: AuditQuestion): Promise<AuditQuestion> {
  const { person, unit } = question;
  return {
    ...question,
    ...(person === undefined ? {} : { person: await personMeant(people, person) }),
    ...(unit === undefined ? {} : { unit: await unitMeant(people, unit) }),
  };
}

async function personMeant(people: LedgerReader['people'], person: string): Promise<string> {
  // Other actors than people are named by their printed form, such as `cli:root`.
  if (person.includes(':')) return person;
  const found = (await people.user(person)) ?? (await people.userByAccount(person.toLowerCase())) ?? (await people.userByOfficer(person));
  return found?.id ?? person;
}

async function unitMeant(people: LedgerReader['people'], unit: string): Promise<string> {
  const [only, ...more] = await people.unitsNamed(unit, 2);
  return only && more.length === 0 ? only.id : unit;
}
