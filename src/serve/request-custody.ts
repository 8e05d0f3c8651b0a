import type { Actor } from '#domain/custody/actor';
import type { CustodyType } from '#domain/custody/catalogue';
import type { CustodyDraft } from '#domain/custody/entry';
import type { Subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import { because, type Reason } from '#domain/reason';
import { WRITES, type WriteName } from '#ports/fact-writes';
import type { Ledger, LedgerReader, LedgerWriter } from '#ports/ledger';

/** These calls write outside of a transaction that could be judged, or would leave the scope of who asks. No route needs them, so handlers may not make them. */
const CLOSED: readonly (keyof Ledger)[] = ['recover', 'endLapsedLeases', 'close', 'within'];

/** What one transaction has written so far. */
interface Writing {
  readonly facts: WriteName[];
  readonly told: CustodyType[];
}

interface Options {
  readonly ledger: Ledger;
  /** Method and path of the route, for the error message. */
  readonly route: string;
  /** Types of entries that a successful request may leave. If it changes anything, it leaves at least one. */
  readonly declared: readonly CustodyType[];
  /** Adds to the actor of each entry what it tells of the request. */
  readonly origin?: (actor: Actor) => Actor;
  /** True: the transaction of the request stays open until its answer is known, so that change and answer are both kept or neither. */
  readonly holds?: boolean;
  /** Called first in the first transaction. If it throws, the request is refused. */
  readonly begin?: (ledger: LedgerReader) => Promise<void>;
  /** Called last in each transaction. */
  readonly end?: (ledger: LedgerReader) => Promise<void>;
}

/** A transaction that is held open because its handler has not answered yet. */
interface Held {
  readonly writer: LedgerWriter;
  readonly answered: PromiseWithResolvers<(writer: LedgerWriter) => Promise<void>>;
  readonly committed: Promise<unknown>;
}

/**
 * Holds a request to the custody that its route declares. Each transaction is judged before its commit: it is rolled back if it changed a fact and wrote no
 * entry, or wrote one that is not declared. When the handler is done, there must be an entry, or the handler's word that nothing changed.
 */
export class RequestCustody {
  /** The handler gets this in place of the ledger. */
  readonly ledger: Ledger;
  readonly #options: Options;
  readonly #told: CustodyType[] = [];
  #unchanged = false;
  #begun = false;
  #held: Held | undefined;
  readonly #afterwards: (() => void)[] = [];

  constructor(options: Options) {
    this.#options = options;
    this.ledger = new Proxy(options.ledger, {
      get: (ledger, name) => {
        if (name === 'transaction') return (body: (writer: LedgerWriter) => Promise<unknown>) => this.#transaction(body);
        if ((CLOSED as readonly PropertyKey[]).includes(name))
          return () => Promise.reject(this.#breach(because('breach-called', { write: String(name) })));
        // Until the answer is known, the handler alone sees its changes: it reads through the open transaction.
        const seen = this.#held && Reflect.has(this.#held.writer, name) ? this.#held.writer : ledger;
        const value: unknown = Reflect.get(seen, name, seen);
        // The ledger has private fields: its methods must run on the ledger itself.
        return typeof value === 'function' ? value.bind(seen) : value;
      },
    });
  }

  /** Called by a handler whose request changed nothing, because it was carried out before or was a dry run. */
  unchanged(): void {
    this.#unchanged = true;
  }

  /**
   * Runs a task of the station that writes past the handler's ledger, and looks for its declared entries in the history of `about`. `told` is false if there
   * are none.
   */
  async byStation<T>(about: (outcome: T) => Subject, body: () => Promise<T>): Promise<{ outcome: T; told: boolean }> {
    const { ledger, declared } = this.#options;
    const before = (await ledger.custody.head())?.seq ?? -1;
    const outcome = await body();
    const entries = await ledger.custody.of(about(outcome));
    const told = declared.filter((type) => entries.some((entry) => entry.seq > before && entry.type === type));
    this.#told.push(...told);
    return { outcome, told: told.length > 0 };
  }

  /** Runs `task` once everything is committed; never if the request fails. */
  afterwards(task: () => void): void {
    this.#afterwards.push(task);
  }

  /**
   * Called when the handler has answered. `keep` writes in the transaction of the handler's changes. Throws station.internal where the handler neither left an
   * entry nor called `unchanged`.
   */
  async commit(keep?: (writer: LedgerWriter) => Promise<void>): Promise<void> {
    const held = this.#held;
    try {
      this.#settle();
      await this.#begin(this.#options.ledger);
    } catch (error) {
      await this.rollBack(error);
      throw error;
    }
    if (held) {
      held.answered.resolve(async (writer) => keep?.(writer));
      await held.committed;
    } else if (keep) await this.#options.ledger.transaction(keep);
    for (const task of this.#afterwards) task();
  }

  /** Called when the handler has failed. A transaction that is held open is rolled back. */
  async rollBack(error: unknown): Promise<void> {
    this.#held?.answered.reject(error);
    // The transaction rejects with this very error, which the caller has already.
    await this.#held?.committed.catch(() => undefined);
  }

  #settle(): void {
    if (this.#unchanged && this.#told.length > 0) throw this.#breach(because('breach-unchanged', { names: this.#told }));
    if (!this.#unchanged && this.#told.length === 0 && this.#options.declared.length > 0) throw this.#breach(because('breach-silent', {}));
  }

  async #begin(ledger: LedgerReader): Promise<void> {
    if (this.#begun) return;
    this.#begun = true;
    await this.#options.begin?.(ledger);
  }

  #transaction<T>(body: (writer: LedgerWriter) => Promise<T>): Promise<T> {
    if (!this.#options.holds) return this.#options.ledger.transaction((writer) => this.#judged(writer, body));
    if (this.#held) return Promise.reject(this.#breach(because('breach-second', {})));
    const outcome = Promise.withResolvers<T>();
    const answered = Promise.withResolvers<(writer: LedgerWriter) => Promise<void>>();
    const committed = this.#options.ledger.transaction(async (writer) => {
      const result = await this.#judged(writer, body);
      this.#held = { writer, answered, committed };
      outcome.resolve(result);
      const keep = await answered.promise.finally(() => {
        this.#held = undefined;
      });
      await keep(writer);
    });
    committed.catch(outcome.reject);
    return outcome.promise;
  }

  async #judged<T>(writer: LedgerWriter, body: (writer: LedgerWriter) => Promise<T>): Promise<T> {
    const writing: Writing = { facts: [], told: [] };
    await this.#begin(writer);
    const result = await body(watched(writer, writing, this.#options.origin));
    this.#judge(writing);
    await this.#options.end?.(writer);
    this.#told.push(...writing.told);
    return result;
  }

  #judge({ facts, told }: Writing): void {
    const other = told.find((type) => !this.#options.declared.includes(type));
    if (other !== undefined) throw this.#breach(because('breach-undeclared', { type: other }));
    if (facts.length > 0 && told.length === 0) throw this.#breach(because('breach-no-entry', { names: facts }));
  }

  #breach(why: Reason): EvidockError {
    return new EvidockError('station.internal', because('route-breach', { route: this.#options.route, why }));
  }
}

function watched(writer: LedgerWriter, writing: Writing, origin: (actor: Actor) => Actor = (actor) => actor): LedgerWriter {
  const group = <G extends keyof LedgerWriter>(name: G): LedgerWriter[G] =>
    new Proxy(writer[name], {
      get: (target, method) => {
        const value: unknown = Reflect.get(target, method);
        if (typeof value !== 'function') return value;
        return (...given: unknown[]): unknown => {
          const called = `${name}.${String(method)}`;
          if (called === 'custody.append') {
            const draft = given[0] as CustodyDraft;
            writing.told.push(draft.type as CustodyType);
            return value.apply(target, [{ ...draft, actor: origin(draft.actor) }]);
          }
          if (isFact(called)) writing.facts.push(called);
          return value.apply(target, given);
        };
      },
    });
  return {
    recordings: group('recordings'),
    originals: group('originals'),
    dockings: group('dockings'),
    work: group('work'),
    custody: group('custody'),
    registry: group('registry'),
    cases: group('cases'),
    answers: group('answers'),
    looks: group('looks'),
    policies: group('policies'),
    people: group('people'),
    signIn: group('signIn'),
    doors: group('doors'),
    callUps: group('callUps'),
    archive: group('archive'),
    holds: group('holds'),
    eviction: group('eviction'),
    disposals: group('disposals'),
    retention: group('retention'),
    scrubs: group('scrubs'),
    duties: group('duties'),
    shifts: group('shifts'),
  };
}

function isFact(name: string): name is WriteName {
  return Object.hasOwn(WRITES, name) && WRITES[name as WriteName] !== 'bookkeeping';
}
