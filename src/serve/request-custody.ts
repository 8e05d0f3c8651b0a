import type { CustodyType } from '#domain/custody/catalogue';
import type { Subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import { because, type Reason } from '#domain/reason';
import { WRITES, type WriteName } from '#ports/fact-writes';
import type { Ledger, LedgerWriter } from '#ports/ledger';

/** These write without a transaction that could be judged; no route has to do them. */
const CLOSED: readonly (keyof Ledger)[] = ['recover', 'endLapsedLeases', 'close'];

/** What one transaction has written so far. */
interface Writing {
  readonly facts: WriteName[];
  readonly told: CustodyType[];
}

interface Options {
  readonly ledger: Ledger;
  /** Method and path, for the message. */
  readonly route: string;
  /** What a successful request may leave; at least one of them if it changes anything. */
  readonly declared: readonly CustodyType[];
}

/**
 * Holds a request to the custody that its route declares. Every transaction is judged before its commit: one that changed a fact and told nothing, or told
 * what is not declared, is rolled back. When the handler is done, it has told something or has said that nothing changed.
 */
export class RequestCustody {
  /** What the handler gets in place of the ledger. */
  readonly ledger: Ledger;
  readonly #options: Options;
  readonly #told: CustodyType[] = [];
  #unchanged = false;

  constructor(options: Options) {
    this.#options = options;
    this.ledger = new Proxy(options.ledger, {
      get: (ledger, name) => {
        if (name === 'transaction') return (body: (writer: LedgerWriter) => Promise<unknown>) => this.#transaction(body);
        if ((CLOSED as readonly PropertyKey[]).includes(name))
          return () => Promise.reject(this.#breach(because('breach-called', { write: String(name) })));
        const value: unknown = Reflect.get(ledger, name, ledger);
        // The ledger has private fields: its methods must run on the ledger itself.
        return typeof value === 'function' ? value.bind(ledger) : value;
      },
    });
  }

  /** The handler says that its request changed nothing: it was carried out before, or was only tried. */
  unchanged(): void {
    this.#unchanged = true;
  }

  /** Runs what the station does beside the handler's ledger, and finds its entries in the history of `about`; `told` is false if there are none. */
  async byStation<T>(about: (outcome: T) => Subject, body: () => Promise<T>): Promise<{ outcome: T; told: boolean }> {
    const { ledger, declared } = this.#options;
    const before = (await ledger.custody.head())?.seq ?? -1;
    const outcome = await body();
    const entries = await ledger.custody.of(about(outcome));
    const told = declared.filter((type) => entries.some((entry) => entry.seq > before && entry.type === type));
    this.#told.push(...told);
    return { outcome, told: told.length > 0 };
  }

  /** Called when the handler is done. Throws station.internal where neither an entry nor a word tells what it did. */
  settle(): void {
    if (this.#unchanged && this.#told.length > 0) throw this.#breach(because('breach-unchanged', { names: this.#told }));
    if (!this.#unchanged && this.#told.length === 0 && this.#options.declared.length > 0) throw this.#breach(because('breach-silent', {}));
  }

  async #transaction<T>(body: (writer: LedgerWriter) => Promise<T>): Promise<T> {
    const writing: Writing = { facts: [], told: [] };
    const outcome = await this.#options.ledger.transaction(async (writer) => {
      const result = await body(watched(writer, writing));
      this.#judge(writing);
      return result;
    });
    this.#told.push(...writing.told);
    return outcome;
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

function watched(writer: LedgerWriter, writing: Writing): LedgerWriter {
  const group = <G extends keyof LedgerWriter>(name: G): LedgerWriter[G] =>
    new Proxy(writer[name], {
      get: (target, method) => {
        const value: unknown = Reflect.get(target, method);
        if (typeof value !== 'function') return value;
        return (...given: unknown[]): unknown => {
          const called = `${name}.${String(method)}`;
          if (called === 'custody.append') writing.told.push((given[0] as { type: CustodyType }).type);
          else if (isFact(called)) writing.facts.push(called);
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
  };
}

function isFact(name: string): name is WriteName {
  return Object.hasOwn(WRITES, name) && WRITES[name as WriteName] !== 'bookkeeping';
}
