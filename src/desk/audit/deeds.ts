import { LRUCache } from 'lru-cache';
import type { ClockKind } from '#domain/clock/clock-state';
import type { Actor } from '#domain/custody/actor';
import { AccessRefused, AuditRead, ListExported, SearchMade, SocketUsed } from '#domain/custody/audit-entries';
import type { CustodyDraft } from '#domain/custody/entry';
import { describeViewer, wordsOfViewer } from '#domain/custody/looked';
import { type Subject, subject } from '#domain/custody/subject';
import { type Viewer, whoever } from '#domain/look/look';
import type { Clock } from '#ports/clock';
import type { ClockWatch } from '#ports/clock-watch';
import type { Ledger } from '#ports/ledger';
import { GroupCommit } from '#steps/group-commit';
import { type Fold, Folds } from './folds.ts';
import { type Report, reportDraft } from './report-deeds.ts';

/** What somebody was refused. */
export interface Refused {
  readonly viewer: Viewer;
  /** What was wanted: an action such as `look`, or a task such as `read-audit`. */
  readonly action: string;
  /** Method and path of the route; null for what is no request. */
  readonly route: string | null;
  /** What it was wanted of; null: of the station as a whole, or of what is not there. */
  readonly about: Subject<'recording' | 'case'> | null;
  /** What was named where nothing of that name is there: it may be a guess. null: nothing was. */
  readonly tried: string | null;
  /** Rule or invariant that refused it; null: no rule allowed it. */
  readonly rule: string | null;
  /** Version of the policy; null where none was asked. */
  readonly policy: number | null;
}

type Asked = Readonly<Record<string, string>>;

interface Options {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly clockWatch: Pick<ClockWatch, 'state'>;
  readonly stationId: string;
  /** Gets what went wrong when counts were written by the timer. They are kept, and written with the next ones. */
  readonly failed: (error: unknown) => void;
  readonly monotonicMs?: () => number;
}

/** The same question by the same person counts once in this time. */
const SAME_QUESTION_MS = 15 * 60_000;
const QUESTIONS_MAX = 10_000;
const TURN_MS = 60_000;
/** Refusals that are told one by one within a minute, and accounts that use the socket. */
const REFUSALS_MAX = 500;
const ACCOUNTS_MAX = 50;
const ROUTES_MAX = 20;
const BATCH_MAX = 100;
const TRIED_MAX = 100;

/** Puts on record what people do beside looking: refusals, searches, exports, reports, and use of the control socket. */
export class Deeds {
  readonly #options: Options;
  readonly #commit: GroupCommit<CustodyDraft>;
  /** Each promise settles when the entry of its question is written. */
  readonly #questions: LRUCache<string, Promise<void>>;
  readonly #refusals: Folds<Refused>;
  readonly #uses: Folds<{ readonly actor: Actor; readonly routes: Set<string> }>;
  readonly #timer: NodeJS.Timeout;

  constructor(options: Options) {
    this.#options = options;
    this.#commit = new GroupCommit({ itemsMax: BATCH_MAX, record: (drafts) => this.#append(drafts) });
    const now = options.monotonicMs ?? (() => performance.now());
    this.#questions = new LRUCache({ max: QUESTIONS_MAX, ttl: SAME_QUESTION_MS, ttlResolution: 0, perf: { now } });
    this.#refusals = new Folds({ keysMax: REFUSALS_MAX, clock: options.clock });
    this.#uses = new Folds({ keysMax: ACCOUNTS_MAX, clock: options.clock });
    this.#timer = setInterval(() => void this.turn().catch(options.failed), TURN_MS);
    this.#timer.unref();
  }

  /** Resolves when the refusal is on record, or counted in an entry that is written within a minute. Throws ledger.failed. */
  async refused(refused: Refused): Promise<void> {
    const { viewer, action, about, rule, route } = refused;
    const key = JSON.stringify([viewer.actor, viewer.address, action, about, rule, route]);
    const { fold, isFirst } = this.#refusals.count(key, refused);
    if (isFirst) await this.#tell(this.#refusals, fold, this.#refusalDraft(refused, { times: 1, others: 0 }));
  }

  /**
   * A search by another person's name or number, or by a case. `by`: field and value. Throws ledger.failed: then nothing may be answered.
   */
  searched(viewer: Viewer, { list, by }: { readonly list: string; readonly by: Asked }): Promise<void> {
    return this.#once(['search', whoever(viewer), list, by], () =>
      SearchMade.make({
        ...this.#here(viewer),
        data: { list, by: Object.keys(by), ...describeViewer(viewer, this.#clockKind) },
        personal: { ...wordsOfViewer(viewer), asked: printed(by) },
      }),
    );
  }

  /** Reading of the audit itself. Throws ledger.failed: then nothing may be answered. */
  readAudit(viewer: Viewer, { format, asked }: { readonly format: string; readonly asked: Asked }): Promise<void> {
    return this.#once(['audit', whoever(viewer), format, asked], () =>
      AuditRead.make({
        ...this.#here(viewer),
        data: { format, ...describeViewer(viewer, this.#clockKind) },
        personal: { ...wordsOfViewer(viewer), asked: printed(asked) },
      }),
    );
  }

  /** A list that goes out as a file; each time, before its first line. Throws ledger.failed: then nothing may be sent. */
  exported(
    viewer: Viewer,
    { list, format, asked }: { readonly list: string; readonly format: string; readonly asked: Asked },
  ): Promise<void> {
    const data = { list, format, ...describeViewer(viewer, this.#clockKind) };
    return this.#commit.add(
      ListExported.make({ ...this.#here(viewer), data, personal: { ...wordsOfViewer(viewer), asked: printed(asked) } }),
    );
  }

  /** A report goes out, or somebody says that it was printed or copied. Throws ledger.failed: then nothing may be sent. */
  reported(viewer: Viewer, report: Report): Promise<void> {
    return this.#commit.add(reportDraft({ atMs: this.#options.clock.nowMs(), clock: this.#clockKind }, viewer, report));
  }

  /** A request over the control socket, past all rules. The first of an account is on record when this resolves; throws ledger.failed. */
  async usedSocket(actor: Actor, route: string): Promise<void> {
    const { fold, isFirst } = this.#uses.count(actor.id ?? '', { actor, routes: new Set() });
    const { routes } = fold.what;
    if (isFirst) return this.#tell(this.#uses, fold, this.#useDraft(actor, { times: 1, sinceMs: fold.sinceMs, routes: [route] }));
    note(routes, route);
  }

  /** Writes what was only counted since the last turn. The timer calls it each minute. */
  async turn(): Promise<void> {
    const refusals = this.#refusals.take();
    const uses = this.#uses.take();
    const drafts = [
      ...refusals.map((fold) => this.#refusalDraft(fold.what, { ...fold, others: fold.key === null ? fold.times : 0 })),
      ...uses.map((fold) => this.#useDraft(fold.what.actor, { ...fold, routes: [...fold.what.routes] })),
    ];
    // Now, not when it is written: what comes meanwhile belongs to the next entry.
    const told = uses.map(({ what: { routes } }) => [...routes]);
    for (const { what } of uses) what.routes.clear();
    try {
      for (let from = 0; from < drafts.length; from += BATCH_MAX) await this.#append(drafts.slice(from, from + BATCH_MAX));
    } catch (error) {
      this.#refusals.giveBack(refusals);
      this.#uses.giveBack(uses);
      for (const [n, { what }] of uses.entries()) for (const route of told[n] ?? []) note(what.routes, route);
      throw error;
    }
  }

  /** Writes what was only counted. The station stops. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.turn();
  }

  /** Tells the first of a kind. If that fails it is counted, so that it is told with the next ones. */
  async #tell<T>(folds: Folds<T>, fold: Fold<T>, draft: CustodyDraft): Promise<void> {
    try {
      await this.#commit.add(draft);
    } catch (error) {
      folds.add(fold, 1, draft.atMs);
      throw error;
    }
  }

  async #once(key: readonly unknown[], make: () => CustodyDraft): Promise<void> {
    const text = JSON.stringify(key);
    const before = this.#questions.get(text);
    if (before) return before;
    const written = this.#commit.add(make());
    this.#questions.set(text, written);
    try {
      await written;
    } catch (error) {
      if (this.#questions.peek(text) === written) this.#questions.delete(text);
      throw error;
    }
  }

  get #clockKind(): ClockKind {
    return this.#options.clockWatch.state().kind;
  }

  #here({ actor }: Viewer) {
    return { atMs: this.#options.clock.nowMs(), actor, subject: subject('station', this.#options.stationId) };
  }

  #refusalDraft(refused: Refused, { times, others, sinceMs }: { times: number; others: number; sinceMs?: number }): CustodyDraft {
    const { viewer, action, route, about, rule, policy, tried } = refused;
    const here = this.#here(viewer);
    return AccessRefused.make({
      ...{ ...here, subject: about ?? here.subject },
      data: {
        ...{ action, route, rule, policy, times, since: new Date(sinceMs ?? here.atMs).toISOString(), others },
        // What was counted tells of many requests.
        ...describeViewer(sinceMs === undefined ? viewer : { ...viewer, requestId: null }, this.#clockKind),
      },
      personal: { ...wordsOfViewer(viewer), ...(tried === null ? {} : { tried: tried.slice(0, TRIED_MAX) }) },
    });
  }

  #useDraft(actor: Actor, { times, sinceMs, routes }: { times: number; sinceMs: number; routes: readonly string[] }): CustodyDraft {
    const about = { atMs: this.#options.clock.nowMs(), actor, subject: subject('station', this.#options.stationId) };
    return SocketUsed.make({ ...about, data: { requests: times, since: new Date(sinceMs).toISOString(), routes: [...routes] } });
  }

  #append(drafts: readonly CustodyDraft[]): Promise<void> {
    return this.#options.ledger.transaction(async (writer) => {
      for (const draft of drafts) await writer.custody.append(draft);
    });
  }
}

function note(routes: Set<string>, route: string): void {
  if (routes.size < ROUTES_MAX) routes.add(route);
}

/** `officer=041234&case=LY-2026-0012`. */
function printed(asked: Asked): string {
  return new URLSearchParams(asked).toString();
}
