import type { Readable } from 'node:stream';
import type { DeskDeps } from '#desk/deps';
import { shownPath } from '#domain/card/path';
import type { CustodyEntry } from '#domain/custody/entry';
import { subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import { type AuditLine, auditLine } from '#domain/look/audit-line';
import { because, isReason } from '#domain/reason';
import { bytesText } from '#messages/figures';
import { hasText, type Language, type Say, speaker } from '#messages/language';
import { reasonText } from '#messages/reason';
import type { Block } from '#ports/document-printer';
import type { RecordingDetail } from '#ports/ledger/recordings';
import { Presenter } from '#serve/present';

const PAGE = 200;
/** Characters of the content of one entry that are printed. */
const CONTENT_MAX = 6000;

type Deps = Pick<DeskDeps, 'ledger' | 'facts' | 'clock' | 'clockWatch' | 'printer'>;

interface Asked {
  readonly recording: string;
  readonly language: Language;
  /** Who takes it, as it is printed. */
  readonly who: string;
}

/**
 * The court-ready trail of one recording: what it is, the digests of its originals, and every entry of the custody log about it with who, when, why and how much.
 * Entries that are written while it is printed are in it too. Throws request.not-found and station.font-missing.
 */
export async function printTrail(deps: Deps, { recording, language, who }: Asked): Promise<Readable> {
  const { ledger, facts, clock, clockWatch, printer } = deps;
  const detail = await ledger.recordings.detail(recording);
  if (!detail) throw new EvidockError('request.not-found', because('thing', { thing: recording }));
  await printer.check();
  const say = speaker(language);
  const presenter = new Presenter(facts.timezone);
  const nowMs = clock.nowMs();
  const utc = new Date(nowMs).toISOString();
  let pages = 0;
  const foot = (page: number) => {
    pages = page;
    return say('report.foot', { recording, page, station: facts.stationId, utc });
  };
  const made = say('report.made', { at: presenter.time(nowMs), utc, who, station: facts.stationId, name: facts.stationName });
  async function* blocks(): AsyncGenerator<Block> {
    yield { kind: 'title', text: say('report.trail', { recording }) };
    yield { kind: 'note', text: made };
    yield* describe({ say, language, presenter }, detail as RecordingDetail);
    yield { kind: 'heading', text: say('report.entries') };
    yield { kind: 'note', text: say('report.how') };
    let count = 0;
    for await (const entry of entriesOf(ledger, recording)) {
      count += 1;
      yield await entryBlock({ say, language, presenter, ledger, clockWatch }, entry);
    }
    const head = await ledger.custody.head();
    yield { kind: 'note', text: say('report.end', { count, page: pages, seq: head?.seq ?? '—', hash: head?.hash ?? '—' }) };
  }
  return printer.print({ title: say('report.trail', { recording }), language, foot }, blocks());
}

async function* entriesOf({ custody }: Pick<Deps['ledger'], 'custody'>, recording: string): AsyncGenerator<CustodyEntry> {
  for (let after: number | undefined; ; ) {
    const page = await custody.of(subject('recording', recording), { limit: PAGE, ...(after === undefined ? {} : { after }) });
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < PAGE) return;
    after = last.seq;
  }
}

function* describe(
  { say, language, presenter }: Pick<Printing, 'say' | 'language' | 'presenter'>,
  { recording, originals, caseNumbers }: RecordingDetail,
): Generator<Block> {
  const { id, recorderSerial, officerId, startMs, durationMs, kind, damageReason } = recording;
  const length = durationMs === null ? '—' : `${(durationMs / 1000).toFixed(1)} s`;
  yield { kind: 'heading', text: say('report.recording') };
  yield {
    kind: 'pairs',
    rows: [
      [say('report.field.id'), id],
      [say('report.field.recorder'), recorderSerial],
      [say('report.field.officer'), officerId ?? '—'],
      [say('report.field.start'), startMs === null ? '—' : `${presenter.time(startMs)} (UTC ${new Date(startMs).toISOString()})`],
      [say('report.field.length'), length],
      [say('report.field.kind'), codeWord(say, 'kind', kind)],
      [say('report.field.cases'), caseNumbers.join(', ') || '—'],
      [say('report.field.damage'), damageReason === null ? '—' : reasonText(language, damageReason)],
    ],
  };
  yield { kind: 'heading', text: say('report.originals') };
  for (const { id: original, index, cardPath, bytes, digests, state } of originals) {
    const sums = digests === null ? '—' : `SHA-256 ${digests.sha256}${digests.sm3 === null ? '' : `\nSM3 ${digests.sm3}`}`;
    const value = `${shownPath(cardPath)}\n${original} · ${bytes} B (${bytesText(bytes)}) · ${state}\n${sums}`;
    yield { kind: 'pairs', rows: [[say('report.field.original', { index }), value]] };
  }
}

function codeWord(say: Say, family: string, code: string): string {
  const key = `${family}.${code}`;
  return hasText(key) ? say(key) : code;
}

interface Printing {
  readonly say: Say;
  readonly language: Language;
  readonly presenter: Presenter;
  readonly ledger: Deps['ledger'];
  readonly clockWatch: Deps['clockWatch'];
}

async function entryBlock({ say, language, presenter, ledger, clockWatch }: Printing, entry: CustodyEntry): Promise<Block> {
  const line = auditLine(entry);
  const grant = line.why.grant === null ? null : await ledger.callUps.grant(line.why.grant);
  const content = new TextDecoder().decode(entry.bytes);
  const cut = content.length > CONTENT_MAX;
  const words = wordsOf(say, language, entry);
  const erased = line.erased.length === 0 ? [] : [say('report.erased', { names: line.erased.join(', ') })];
  return {
    kind: 'entry',
    head: `#${line.seq}  ${presenter.time(line.atMs)}  (UTC ${new Date(line.atMs).toISOString()})  ${line.type}`,
    lines: [
      say('report.subject', { subject: line.what.subject, outcome: codeWord(say, 'outcome', line.outcome) }),
      say('report.clock', { clock: codeWord(say, 'clock-kind', line.clock ?? clockWatch.kindAt(line.seq)) }),
      say('report.who', { who: whoText(line) }),
      ...someText(line.who.requestId ?? '', (request) => say('report.request', { request })),
      ...someText(whyText(line, grant?.approver ?? null), (why) => say('report.why', { why })),
      ...someText(muchText(line), (much) => say('report.much', { much })),
      ...someText(words, (told) => say('report.words', { words: told })),
      ...erased,
      `${say('report.hashes', { prev: line.prev, hash: line.hash })}${cut ? say('report.cut') : ''}`,
    ],
    content: content.slice(0, CONTENT_MAX),
  };
}

function someText(text: string, line: (text: string) => string): readonly string[] {
  return text === '' ? [] : [line(text)];
}

/** Parts that are known, apart by a dot. */
function joined(parts: readonly (string | null | undefined | false)[]): string {
  return parts.filter((part) => part !== null && part !== undefined && part !== false && part !== '').join(' · ');
}

function whoText({ who }: AuditLine): string {
  return joined([
    who.name,
    who.actor,
    who.person !== null && !who.actor.includes(who.person) && who.person,
    who.roles.join(' '),
    who.officer,
    who.unit,
    who.session,
    who.address,
    who.agent,
    who.knownBy,
  ]);
}

function whyText({ why, what }: AuditLine, approver: string | null): string {
  const policy = why.policy === null ? null : `policy ${why.policy}`;
  return joined([why.reason, why.words, what.case, what.caseTitle, why.rule, policy, why.request, why.grant, approver]);
}

function muchText({ much, what, times }: AuditLine): string {
  const spans = (played: AuditLine['much']['played']) => played?.map(({ fromMs, toMs }) => `${fromMs / 1000}–${toMs / 1000} s`).join(', ');
  const bytes = much.bytes === null ? null : `${much.bytes}${much.itemBytes === null ? '' : ` / ${much.itemBytes}`} B`;
  const claimed = much.claimed.length === 0 ? null : `(${spans(much.claimed)})`;
  return joined([what.part, what.item, what.sha256, bytes, spans(much.played), claimed, times > 1 ? `× ${times}` : null, much.ended]);
}

/** The sentence of the catalogue for an entry of this type; empty if there is none. */
function wordsOf(say: Say, language: Language, { type, data, personal, lists }: CustodyEntry): string {
  const key = `custody.${type}`;
  if (!hasText(key)) return '';
  const told = (value: unknown): string => {
    if (value === null) return '—';
    if (isReason(value)) return reasonText(language, value);
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  };
  const values = Object.entries({ ...data, ...personal, ...lists }).map(([name, value]) => [name, told(value)]);
  return say(key, Object.fromEntries(values));
}
