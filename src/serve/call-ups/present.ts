import type { Grant } from '#domain/call-up/grant';
import type { Notice } from '#domain/call-up/notice';
import { type CallUpRequest, isUnconfirmed, type PersonThen, type Target } from '#domain/call-up/request';
import type { LedgerReader } from '#ports/ledger';
import { Presenter } from '#serve/present';

/** What somebody is called today; null: nobody with an account, as at the machine itself. */
interface Named {
  readonly account: string | null;
  readonly name: string | null;
}

/** Shows requests, grants and notices in the form of the API. People are named as they are called today, and each is looked up once for an answer. */
export class CallUpPresenter {
  readonly #times: Presenter;
  readonly #nowMs: number;
  readonly #people: Pick<LedgerReader['people'], 'user'>;
  readonly #named = new Map<string, Promise<Named>>();

  constructor(people: Pick<LedgerReader['people'], 'user'>, { zone, nowMs }: { readonly zone: string; readonly nowMs: number }) {
    this.#people = people;
    this.#times = new Presenter(zone);
    this.#nowMs = nowMs;
  }

  async request(whole: CallUpRequest) {
    const { askedAtMs, untilMs, decision, confirmation, target, asker, ...rest } = whole;
    return {
      ...rest,
      asker: await this.#person(asker),
      target: this.#target(target),
      askedAt: this.#times.time(askedAtMs),
      until: this.#times.time(untilMs),
      decision: decision && {
        by: decision.by && (await this.#person(decision.by)),
        ...{ rule: decision.rule, words: decision.words, at: this.#times.time(decision.atMs) },
      },
      confirmation: confirmation && {
        due: this.#times.time(confirmation.dueAtMs),
        by: confirmation.by && (await this.#person(confirmation.by)),
        ...{ confirmed: confirmation.confirmed, words: confirmation.words },
        at: this.#times.timeOrNull(confirmation.atMs),
      },
      unconfirmed: isUnconfirmed(whole, this.#nowMs),
    };
  }

  async grant({ fromMs, untilMs, endedAtMs, closings: _, target, units, user, ...rest }: Grant) {
    const times = { from: this.#times.time(fromMs), until: this.#times.time(untilMs), endedAt: this.#times.timeOrNull(endedAtMs) };
    const ids = [rest.approver, rest.endedBy].filter((id) => id !== null);
    const people = await Promise.all([...new Set(ids)].map(async (id) => ({ id, ...(await this.#nameOf(id)) })));
    return { ...rest, user: await this.#person(user), people, target: this.#target(target), units: units && [...units], ...times };
  }

  async notice({ id, user, kind, request, atMs, readAtMs }: Notice) {
    const { account, name } = await this.#nameOf(user);
    return { id, user, account, name, kind, request, at: this.#times.time(atMs), readAt: this.#times.timeOrNull(readAtMs) };
  }

  async #person({ id, unit, roles }: PersonThen) {
    return { id, ...(await this.#nameOf(id)), unit, roles: [...roles] };
  }

  #nameOf(id: string): Promise<Named> {
    const known = this.#named.get(id) ?? this.#lookUp(id);
    this.#named.set(id, known);
    return known;
  }

  async #lookUp(id: string): Promise<Named> {
    const user = await this.#people.user(id);
    return { account: user?.account ?? null, name: user?.name ?? null };
  }

  #target(target: Target) {
    return {
      by: target.by,
      case: target.by === 'case' ? target.number : null,
      recordings: target.by === 'recordings' ? target.ids : [],
      officer: target.by === 'officer' ? target.officer : null,
      from: target.by === 'officer' ? this.#times.time(target.fromMs) : null,
      to: target.by === 'officer' ? this.#times.time(target.toMs) : null,
    };
  }
}
