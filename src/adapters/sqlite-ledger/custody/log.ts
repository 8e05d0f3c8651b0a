import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { actorText, STATION } from '#domain/custody/actor';
import { apply } from '#domain/custody/apply/apply';
import { draftFault } from '#domain/custody/catalogue';
import { type BesideValue, CUSTODY_GENESIS, type CustodyDraft, type CustodyEntry, sealEntry } from '#domain/custody/entry';
import { type CustodyFault, checkEntry, type ExpectedPlace, FIRST_PLACE, readEntry, type StoredEntry } from '#domain/custody/read-entry';
import { LogContinued } from '#domain/custody/station-entries';
import { type Subject, subject, subjectText } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import { because, type Reason } from '#domain/reason';
import type { CustodyWriter } from '#ports/ledger/custody';
import type { Rows } from '../connection.ts';
import { fileEntry } from '../filing.ts';
import type { Schema } from '../schema.ts';

const SALT_BYTES = 32;
const PAGE = 1000;
const FAULTS_MAX = 100;

/** The last entry of the log, which is in today's table or, before the upgrade goes on, in that of version 1. */
export async function custodyHead({ db }: Pick<Rows, 'db'>): Promise<{ seq: number; hash: string } | null> {
  const newest = (table: 'custody' | 'custody_former') =>
    db.selectFrom(table).select(['seq', 'hash']).orderBy('seq', 'desc').limit(1).executeTakeFirst();
  return (await newest('custody')) ?? (await newest('custody_former')) ?? null;
}

/** Appends entries to the log in one transaction. */
export class CustodyAppender implements CustodyWriter {
  readonly #rows: Rows;
  readonly #stationId: string;
  /** The last entry of the log, once this transaction has appended one. No other transaction can append meanwhile. */
  #head: { readonly seq: number; readonly hash: string } | undefined;

  constructor(rows: Rows, stationId: string) {
    this.#rows = rows;
    this.#stationId = stationId;
  }

  /** Throws station.internal for a draft that its type does not declare. Then the whole transaction is rolled back. */
  async append(draft: CustodyDraft): Promise<CustodyEntry> {
    const fault = draftFault(draft);
    if (fault !== null)
      throw new EvidockError('station.internal', because('entry-fault', { type: draft.type, why: because('said', { text: fault }) }));
    const head = this.#head ?? (await custodyHead(this.#rows));
    const seq = (head?.seq ?? -1) + 1;
    const prev = head?.hash ?? CUSTODY_GENESIS;
    const { bytes, hash, beside } = sealEntry(draft, { station: this.#stationId, seq, prev }, () => randomBytes(SALT_BYTES));
    const about = subjectText(draft.subject);
    const { tables } = this.#rows;
    await tables.insert('custody', {
      seq,
      at: draft.atMs,
      type: draft.type,
      actor: actorText(draft.actor),
      subject: about,
      prev,
      hash,
      bytes,
    });
    for (const text of [about, ...draft.related.map(subjectText)]) await tables.insert('custody_subjects', { subject: text, seq });
    for (const value of beside) await tables.insert('custody_beside', { seq, ...value });
    this.#head = { seq, hash };
    const salts = Object.fromEntries(beside.flatMap(({ name, salt }) => (salt ? [[name, Buffer.from(salt).toString('hex')]] : [])));
    const entry: CustodyEntry = { ...draft, salts, erased: [], version: 2, seq, prev, hash, bytes };
    const by = { from: draft.atMs, actor: actorText(draft.actor), seq };
    for (const { subject: thing, name, value } of apply(entry).facts)
      await tables.insert('facts', { subject: subjectText(thing), name, value: JSON.stringify(value), ...by });
    await fileEntry(tables, entry);
    return entry;
  }
}

/**
 * Moves entries of byte form 1 unchanged into a table of their own, where they can be erased as a whole. The log goes on with an entry that commits to the last
 * of them. This happens once, when a ledger of an older version is opened.
 */
export async function continueLog(rows: Rows, stationId: string, nowMs: number): Promise<void> {
  const { db } = rows;
  if (await db.selectFrom('custody').select('seq').limit(1).executeTakeFirst()) return;
  const last = await custodyHead(rows);
  if (!last) return;
  const entry = LogContinued.make({ atMs: nowMs, actor: STATION, subject: subject('station', stationId), data: { version: 1, ...last } });
  await new CustodyAppender(rows, stationId).append(entry);
}

/** By number of an entry: its lists and personal values. */
async function besideOf({ db }: Pick<Rows, 'db'>, first: number, last: number): Promise<ReadonlyMap<number, readonly BesideValue[]>> {
  const rows = await db.selectFrom('custody_beside').selectAll().where('seq', '>=', first).where('seq', '<=', last).execute();
  return Map.groupBy(rows, ({ seq }) => seq);
}

function readable(row: StoredEntry, beside: readonly BesideValue[]): CustodyEntry {
  try {
    return readEntry(row, beside);
  } catch (error) {
    throw new EvidockError('ledger.failed', because('entry-unreadable', { seq: row.seq }), error);
  }
}

/**
 * Entries that belong to the history of any of these subjects, oldest first, at most `limit`. `unless`: entries of these types are left out where they are
 * about another subject than this one. `only`: no entries of other types.
 */
export async function entriesOf(
  rows: Pick<Rows, 'db' | 'dialect'>,
  subjects: readonly Subject[],
  {
    limit,
    after,
    unless,
    only,
  }: { limit: number; after?: number; unless?: { types: readonly string[]; subject: Subject }; only?: readonly string[] },
): Promise<readonly CustodyEntry[]> {
  const { db, dialect } = rows;
  const texts = subjects.map(subjectText);
  // Entries of version 1 name most of their subjects by the id alone.
  const ids = subjects.flatMap((each) => [each.id, subjectText(each)]);
  let former = db.selectFrom('custody_former').select(['seq', 'prev', 'hash', 'bytes']).where('subject', 'in', dialect.among(ids));
  let current = db
    .selectFrom('custody')
    .select(['seq', 'prev', 'hash', 'bytes'])
    .where('seq', 'in', db.selectFrom('custody_subjects').select('seq').where('subject', 'in', dialect.among(texts)));
  if (after !== undefined) {
    former = former.where('seq', '>', after);
    current = current.where('seq', '>', after);
  }
  if (unless) {
    former = former.where((is) => is.or([is('type', 'not in', unless.types), is('subject', '=', unless.subject.id)]));
    current = current.where((is) => is.or([is('type', 'not in', unless.types), is('subject', '=', subjectText(unless.subject))]));
  }
  if (only) {
    // By their type alone there may be many more.
    const type = sql.raw<string>(dialect.unindexed('type'));
    former = former.where(type, 'in', only);
    current = current.where(type, 'in', only);
  }
  const before = await former.orderBy('seq').limit(limit).execute();
  const found = [
    ...before,
    ...(await current
      .orderBy('seq')
      .limit(limit - before.length)
      .execute()),
  ];
  const beside = await db
    .selectFrom('custody_beside')
    .selectAll()
    .where('seq', 'in', dialect.amongNumbers(found.map(({ seq }) => seq)))
    .execute();
  const bySeq = Map.groupBy(beside, ({ seq }) => seq);
  return found.map((row) => readable(row, bySeq.get(row.seq) ?? []));
}

/** What the columns of a sound entry tell otherwise than its bytes; null if nothing. */
function strayColumn(row: Schema['custody'], table: 'custody' | 'custody_former'): Reason | null {
  const entry = readable(row, []);
  // In version 1 the columns hold the same texts as the bytes.
  const former =
    table === 'custody_former' ? (JSON.parse(new TextDecoder().decode(row.bytes)) as { actor: string; subject: string }) : null;
  const columns = {
    at: entry.atMs,
    type: entry.type,
    actor: former?.actor ?? actorText(entry.actor),
    subject: former?.subject ?? subjectText(entry.subject),
  };
  const stray = (['at', 'type', 'actor', 'subject'] as const).filter((name) => row[name] !== columns[name]);
  return stray.length === 0 ? null : because('columns-stray', { names: stray });
}

/** Checks the whole log and yields its faults, at most 100. */
export async function* verifyLog(rows: Pick<Rows, 'db' | 'dialect'>, onEntry?: (seq: number) => void): AsyncIterable<CustodyFault> {
  let expected = await firstPlace(rows);
  let faults = 0;
  for (const table of ['custody_former', 'custody'] as const) {
    for (;;) {
      const page = await rows.db.selectFrom(table).selectAll().where('seq', '>=', expected.seq).orderBy('seq').limit(PAGE).execute();
      const last = page.at(-1);
      if (!last) break;
      const beside = await besideOf(rows, expected.seq, last.seq);
      const lost = table === 'custody' ? await lostIn(rows, page) : null;
      for (const row of page) {
        const fault = checkEntry(row, beside.get(row.seq) ?? [], expected) ?? strayOf(row, table) ?? lost?.get(row.seq);
        if (fault) {
          yield fault;
          faults += 1;
          if (faults >= FAULTS_MAX) return;
        }
        onEntry?.(row.seq);
        // Go on from the entry as it is, so that one fault is told once and not for every entry after it.
        expected = { seq: row.seq + 1, prev: row.hash };
      }
      // Lets other work of the daemon run during a long walk.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

/** Where the log begins: at its first entry, or after the last entry of byte form 1 if those were erased. */
async function firstPlace({ db }: Pick<Rows, 'db'>): Promise<ExpectedPlace> {
  if (await db.selectFrom('custody_former').select('seq').limit(1).executeTakeFirst()) return FIRST_PLACE;
  const first = await db.selectFrom('custody').selectAll().orderBy('seq').limit(1).executeTakeFirst();
  if (first?.type !== 'log.continued') return FIRST_PLACE;
  try {
    const { data } = LogContinued.parse(readEntry(first, [])) ?? {};
    return data && data.seq + 1 === first.seq && data.hash === first.prev ? { seq: first.seq, prev: first.prev } : FIRST_PLACE;
  } catch {
    // The walk finds and names an entry that cannot be read.
    return FIRST_PLACE;
  }
}

/** By number of an entry: its fault, if the entry cannot be found under all its subjects. */
async function lostIn(
  { db, dialect }: Pick<Rows, 'db' | 'dialect'>,
  page: readonly StoredEntry[],
): Promise<ReadonlyMap<number, CustodyFault>> {
  const pairs = page.flatMap((row) => textsOf(row).map((text) => [text, row.seq] as const));
  const found = await sql<{ seq: number; subject: string }>`SELECT seq, subject FROM custody_subjects
    WHERE (subject, seq) IN ${dialect.amongPairs(pairs)}`.execute(db);
  const there = new Set(found.rows.map(({ seq, subject: text }) => `${seq} ${text}`));
  const lost = pairs.filter(([text, seq]) => !there.has(`${seq} ${text}`));
  return new Map(lost.map(([text, seq]) => [seq, { seq, reason: because('subject-lost', { thing: text }) }]));
}

/** The subjects that the bytes of an entry name. Empty if they cannot be read, which is a fault of its own. */
function textsOf(row: StoredEntry): readonly string[] {
  try {
    const entry = readEntry(row, []);
    return [entry.subject, ...entry.related].map(subjectText);
  } catch {
    return [];
  }
}

function strayOf(row: Schema['custody'], table: 'custody' | 'custody_former'): CustodyFault | null {
  const reason = strayColumn(row, table);
  return reason === null ? null : { seq: row.seq, reason };
}
