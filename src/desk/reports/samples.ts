import type { DeskDeps } from '#desk/deps';
import type { Actor } from '#domain/custody/actor';
import type { CustodyEntry } from '#domain/custody/entry';
import { SampleDrawn, SampleReviewed } from '#domain/custody/sample-entries';
import { subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import { newId } from '#domain/ids';
import { type AuditLine, auditLine } from '#domain/look/audit-line';
import { because } from '#domain/reason';
import type { MonthSpan } from '#domain/reports/month';
import { Drawing, SAMPLE_SIZE_MAX, type Verdict } from '#domain/reports/sample';
import type { LedgerReader } from '#ports/ledger';

const PAGE = 500;
/** A sample and all its reviews. */
const ENTRIES_MAX = SAMPLE_SIZE_MAX + 1;

type Deps = Pick<DeskDeps, 'ledger' | 'clock' | 'facts'>;

interface Review {
  readonly verdict: string;
  /** null: erased. */
  readonly words: string | null;
  readonly by: Actor;
  readonly atMs: number;
}

export interface Sample {
  readonly id: string;
  /** Number of the entry that tells of it. */
  readonly entry: number;
  readonly month: string;
  readonly seed: string;
  readonly head: number;
  readonly population: number;
  readonly size: number;
  readonly drawnAtMs: number;
  readonly by: Actor;
  /** By id of a look; null: nobody has reviewed it yet. */
  readonly looks: ReadonlyMap<string, Review | null>;
}

/** Draws the sample of a month that is over. Throws request.invalid, and request.conflict where the month has one. */
export async function drawSample(
  { ledger, clock, facts }: Deps,
  { span, size, actor }: { span: MonthSpan; size: number; actor: Actor },
): Promise<Sample> {
  const atMs = clock.nowMs();
  if (atMs < span.untilMs) throw new EvidockError('request.invalid', because('month-not-over', { month: span.month }));
  await mustBeFirst(ledger, span.month);
  const head = await ledger.custody.head();
  if (!head) throw new EvidockError('request.invalid', because('month-not-over', { month: span.month }));
  const drawing = await draw(ledger, { span, seed: head.hash, head: head.seq, size });
  const id = newId('smp', atMs, facts.stationId);
  const { population, looks } = drawing;
  const data = { month: span.month, seed: head.hash, head: head.seq, population, size: looks.length };
  await ledger.transaction(async (writer) => {
    // Two who draw at once: the second one finds the first one's.
    await mustBeFirst(writer, span.month);
    await writer.custody.append(SampleDrawn.make({ atMs, actor, subject: subject('sample', id), data, lists: { looks: [...looks] } }));
  });
  return sampleOf(ledger, id);
}

async function mustBeFirst({ looks }: Pick<LedgerReader, 'looks'>, month: string): Promise<void> {
  for await (const { data, subject } of drawnEntries({ looks }))
    if (data['month'] === month) throw new EvidockError('request.conflict', because('month-sampled', { month, sample: subject.id }));
}

async function* drawnEntries({ looks }: Pick<LedgerReader, 'looks'>): AsyncGenerator<CustodyEntry> {
  for (let after: number | null | undefined; after !== null; ) {
    const page = await looks.answer({ type: 'sample.drawn' }, { limit: PAGE, order: 'newest', ...(after === undefined ? {} : { after }) });
    yield* page.entries;
    after = page.next;
  }
}

interface Asked {
  readonly span: MonthSpan;
  readonly seed: string;
  /** Number of an entry: later ones do not count. */
  readonly head: number;
  readonly size: number;
}

async function draw({ looks }: Pick<LedgerReader, 'looks'>, { span, seed, head, size }: Asked): Promise<Drawing> {
  const drawing = new Drawing(seed, size);
  const question = { type: 'recording.viewed', fromMs: span.fromMs, untilMs: span.untilMs };
  for (let after: number | null | undefined; after !== null; ) {
    const page = await looks.answer(question, { limit: PAGE, order: 'oldest', ...(after === undefined ? {} : { after }) });
    for (const entry of page.entries) {
      const { look } = auditLine(entry).much;
      if (look !== null && entry.seq <= head) drawing.add(look);
    }
    after = page.next;
    await new Promise(setImmediate);
  }
  return drawing;
}

/** Whether the log gives the same sample again. */
export async function isDrawnAgain(ledger: Pick<LedgerReader, 'looks'>, sample: Sample, span: MonthSpan): Promise<boolean> {
  const { seed, head, size, population, looks } = sample;
  const again = await draw(ledger, { span, seed, head, size });
  return again.population === population && JSON.stringify(again.looks) === JSON.stringify([...looks.keys()]);
}

/** Samples, newest first. `after`: number of the entry behind which it goes on. */
export async function listSamples(
  ledger: Pick<LedgerReader, 'looks' | 'custody'>,
  { limit, after }: { readonly limit: number; readonly after?: number },
): Promise<{ readonly samples: readonly Sample[]; readonly next: number | null }> {
  const page = await ledger.looks.answer({ type: 'sample.drawn' }, { limit, order: 'newest', ...(after === undefined ? {} : { after }) });
  const samples: Sample[] = [];
  for (const entry of page.entries) samples.push(await sampleOf(ledger, entry.subject.id));
  return { samples, next: page.next };
}

/** Throws request.not-found. */
export async function sampleOf({ custody }: Pick<LedgerReader, 'custody'>, id: string): Promise<Sample> {
  const [drawn, ...reviews] = await custody.of(subject('sample', id), { limit: ENTRIES_MAX });
  const told = drawn ? SampleDrawn.parse(drawn) : null;
  if (!drawn || !told) throw new EvidockError('request.not-found', because('thing', { thing: id }));
  const { month, seed, head, population, size } = told.data;
  const looks = new Map<string, Review | null>((drawn.lists['looks'] ?? []).map((look) => [String(look), null]));
  for (const entry of reviews) {
    const review = SampleReviewed.parse(entry);
    if (!review) continue;
    const { data, personal, actor, atMs } = review;
    looks.set(data.look, { verdict: data.verdict, words: personal.words ?? null, by: actor, atMs });
  }
  return { id, entry: drawn.seq, month, seed, head, population, size, drawnAtMs: drawn.atMs, by: drawn.actor, looks };
}

/** What the log says of a look of a sample. */
export async function lookOf({ looks }: Pick<LedgerReader, 'looks'>, look: string): Promise<AuditLine | null> {
  const { entries } = await looks.answer({ look, type: 'recording.viewed' }, { limit: 1, order: 'oldest' });
  return entries[0] ? auditLine(entries[0]) : null;
}

interface Found {
  readonly sample: string;
  readonly look: string;
  readonly verdict: Verdict;
  readonly words: string | null;
  readonly actor: Actor;
  /** Account of who reviews. */
  readonly user: string | null;
}

/** Puts a review on record. Throws request.not-found, request.forbidden for an own look, and request.conflict where it is reviewed already. */
export async function reviewLook({ ledger, clock }: Deps, { sample, look, verdict, words, actor, user }: Found): Promise<void> {
  const line = await lookOf(ledger, look);
  await ledger.transaction(async (writer) => {
    const known = (await sampleOf(writer, sample)).looks.get(look);
    if (known === undefined) throw new EvidockError('request.not-found', because('thing', { thing: look }));
    if (known !== null) throw new EvidockError('request.conflict', because('look-reviewed', { look }));
    if (user !== null && line?.who.person === user) throw new EvidockError('request.forbidden', because('own-look', { look }));
    const about = { atMs: clock.nowMs(), actor, subject: subject('sample', sample) };
    await writer.custody.append(
      SampleReviewed.make({ ...about, data: { sample, look, verdict }, personal: words === null ? {} : { words } }),
    );
  });
}
