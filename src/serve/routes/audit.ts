import { Readable } from 'node:stream';
import {
  type AuditLineAnswer,
  AuditLineJson,
  AuditQuery,
  type AuditQuestionAsked,
  ClaimBody,
  ExportQuery,
  LookJson,
  LookParams,
  ThumbnailsBody,
  ThumbnailsJson,
} from '#api/audit';
import { PageQuery, pageOf } from '#api/common';
import { RecordingParams } from '#api/recordings';
import { type AuditedLine, auditLines, auditPage } from '#desk/audit/audit';
import { looksOfRecording, type ShownLook } from '#desk/audit/looks-of-recording';
import { showThumbnails } from '#desk/audit/thumbnails';
import { COVERED_MS } from '#desk/covered-pictures';
import { momentOf } from '#desk/registry';
import { mustKnowRecording } from '#desk/tagging';
import { subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import type { AuditQuestion } from '#domain/look/question';
import { because } from '#domain/reason';
import { speaker } from '#messages/language';
import { cells, headings } from '#serve/audit-columns';
import { BYTE_ORDER_MARK, csvLine } from '#serve/csv';
import { pageGoingOn, wrongCursor } from '#serve/pages';
import { Presenter } from '#serve/present';
import { type Principal, viewerOf } from '#serve/principal';
import { command, query, RawAnswer, type Route } from '#serve/route';

export const auditRoutes: readonly Route[] = [
  query({
    url: '/api/v1/audit',
    needs: 'read-audit',
    reads: 'station',
    summary: 'What people did, as the log tells it; reading it is on record',
    records: ['audit.read'],
    schema: { querystring: AuditQuery, response: pageOf(AuditLineJson) },
    handle: async ({ deps }, { query, principal }) => {
      const { facts, deeds } = deps;
      const presenter = new Presenter(facts.timezone);
      const { limit: _, cursor: __, after: from, ...asked } = query;
      await deeds.readAudit(viewerOf(principal), { format: 'json', asked: textsOf(asked) });
      return pageGoingOn({
        list: 'audit',
        query,
        read: async ({ limit, after = from }) => {
          const behind = after === undefined ? {} : { after: seqOf(after) };
          const { lines, next } = await auditPage(deps, questionOf(asked, facts.timezone), {
            limit,
            order: asked.order ?? 'newest',
            ...behind,
          });
          return { items: lines.map((line) => presentLine(line, presenter)), next: next === null ? null : String(next) };
        },
      });
    },
  }),
  query({
    url: '/api/v1/audit/export',
    needs: 'read-audit',
    reads: 'station',
    summary: 'The same as a file, CSV for spreadsheets or a JSON object a line; the export is on record before its first line',
    produces: 'text/csv',
    records: ['list.exported'],
    schema: { querystring: ExportQuery },
    handle: async ({ deps, streams }, { query, principal, signal }) => {
      const { facts, deeds } = deps;
      const { format = 'csv', lang = 'en', rows = 1_000_000, ...asked } = query;
      const question = questionOf(asked, facts.timezone);
      const giveBack = streams.take();
      try {
        await deeds.exported(viewerOf(principal), { list: 'audit', format, asked: textsOf(asked) });
      } catch (error) {
        giveBack();
        throw error;
      }
      const presenter = new Presenter(facts.timezone);
      const lines = auditLines(deps, question, { order: asked.order ?? 'newest', linesMax: rows });
      const text = format === 'csv' ? csvOf(lines, presenter, headings(speaker(lang))) : jsonLinesOf(lines, presenter);
      const body = Readable.from(text, { objectMode: false, signal });
      body.once('close', giveBack);
      const type = format === 'csv' ? 'text/csv; charset=utf-8; header=present' : 'application/x-ndjson';
      const name = `attachment; filename="audit-${facts.stationId}.${format}"`;
      return new RawAnswer(200, { 'content-type': type, 'content-disposition': name, 'cache-control': 'no-store' }, body);
    },
  }),
  query({
    url: '/api/v1/recordings/:id/looks',
    needs: { of: 'recording', action: 'see' },
    summary: 'Who looked at a recording, newest first: for the officer whom it shows, and for auditors',
    schema: { params: RecordingParams, querystring: PageQuery, response: pageOf(LookJson) },
    handle: async ({ deps }, { params, query, principal }) => {
      const { ledger, facts, deeds } = deps;
      const { recording } = await mustKnowRecording(ledger, params.id);
      if (!maySeeLooks(principal, recording.officerId)) {
        const about = subject('recording', recording.id);
        const route = 'GET /api/v1/recordings/:id/looks';
        await deeds.refused({ viewer: viewerOf(principal), action: 'see-own-looks', route, about, tried: null, rule: null, policy: null });
        throw new EvidockError('request.forbidden', because('needs-task', { task: 'see-own-looks' }));
      }
      const presenter = new Presenter(facts.timezone);
      return pageGoingOn({
        list: `looks at ${recording.id}`,
        query,
        read: async ({ limit, after }) => {
          const found = await looksOfRecording(ledger, recording.id, { limit, ...(after === undefined ? {} : { after: seqOf(after) }) });
          return { items: found.looks.map((look) => presentLook(look, presenter)), next: found.next === null ? null : String(found.next) };
        },
      });
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/looks/:id/claims',
    needs: 'show-footage',
    summary: 'What a player says that it played of an open look; it is kept as its claim',
    custody: null,
    schema: { params: LookParams, body: ClaimBody },
    handle: async ({ deps }, { params, body, actor }) => {
      if (!deps.looks.claim(params.id, actor, body.played))
        throw new EvidockError('request.not-found', because('look-unknown', { look: params.id }));
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/looks/thumbnails',
    needs: 'find-footage',
    summary: 'Pictures of several recordings are about to be shown: one entry for all of them',
    custody: ['thumbnails.shown'],
    schema: { body: ThumbnailsBody, response: ThumbnailsJson },
    handle: async ({ deps }, { body, principal, custody }) => {
      const viewer = viewerOf(principal);
      const shown = await showThumbnails(deps, viewer, { ...body, caseNumber: body.case ?? null, policy: null });
      if (!shown) {
        custody.unchanged();
        return { look: null, recordings: [], seconds: 0 };
      }
      custody.afterwards(() => deps.looks.cover(viewer, shown));
      return { look: shown.look, recordings: [...shown.recordings], seconds: COVERED_MS / 1000 };
    },
  }),
];

/** Auditors, and the officer whom it shows unless the policy takes that away. */
function maySeeLooks({ kind, tasks, asker }: Principal, shown: string | null): boolean {
  if (kind === 'cli' || tasks.has('read-audit')) return true;
  return tasks.has('see-own-looks') && asker.officer !== null && asker.officer === shown;
}

function questionOf({ since, until, order: _, ...asked }: Omit<AuditQuestionAsked, 'after'>, zone: string): AuditQuestion {
  return {
    ...asked,
    ...(since === undefined ? {} : { fromMs: momentOf(since, zone, 'since') }),
    ...(until === undefined ? {} : { untilMs: momentOf(until, zone, 'until') }),
  };
}

function textsOf(asked: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(asked).filter((each): each is [string, string] => each[1] !== undefined));
}

function seqOf(text: string | number): number {
  const seq = Number(text);
  if (!Number.isSafeInteger(seq)) throw wrongCursor();
  return seq;
}

function presentLine({ atMs, ...line }: AuditedLine, presenter: Presenter): AuditLineAnswer {
  const { who, what, much, erased } = line;
  return {
    ...{ ...line, at: presenter.time(atMs), utc: new Date(atMs).toISOString() },
    who: { ...who, roles: [...who.roles] },
    what: { ...what, recordings: [...what.recordings] },
    much: { ...much, played: much.played && [...much.played], claimed: [...much.claimed] },
    erased: [...erased],
  };
}

function presentLook({ line, from, seen }: ShownLook, presenter: Presenter) {
  const { who, why, what, much } = line;
  const told = seen && {
    ...{ bytes: seen.much.bytes ?? 0, itemBytes: seen.much.itemBytes ?? 0, until: presenter.time(seen.atMs) },
    played: seen.much.played && [...seen.much.played],
  };
  return {
    ...{ at: presenter.time(line.atMs), look: much.look, part: what.part, from, seen: told },
    who: { name: who.name ?? who.actor, roles: [...who.roles], unit: who.unit },
    why: { case: what.case, reason: why.reason, rule: why.rule, grant: why.grant },
  };
}

async function* csvOf(lines: AsyncIterable<AuditedLine>, presenter: Presenter, titles: readonly string[]): AsyncGenerator<string> {
  yield BYTE_ORDER_MARK + csvLine(titles);
  for await (const line of lines) yield csvLine(cells(presentLine(line, presenter)));
}

async function* jsonLinesOf(lines: AsyncIterable<AuditedLine>, presenter: Presenter): AsyncGenerator<string> {
  for await (const line of lines) yield `${JSON.stringify(presentLine(line, presenter))}\n`;
}
