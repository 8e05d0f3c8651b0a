import { type RawBuilder, sql } from 'kysely';
import type { NumberedFile } from '#domain/hold/completeness';
import type { Kind } from '#domain/kind';
import type { TakeFacts } from '#domain/take/segment-names';
import type { Rows } from './connection.ts';

const PAGE = 1000;
/** So many files before and after a span are read too: the next number may come days later, after leave. */
const BESIDE = 64;

interface Span {
  readonly recorder: string;
  /** Times of the first and the last file, ms since 1970. */
  readonly fromMs: number;
  readonly toMs: number;
  /** SQL that is 1 for files beside which gaps are asked for; `file` is the row. */
  readonly held: RawBuilder<unknown>;
}

interface FileRow {
  readonly id: string;
  readonly recording_id: string;
  readonly mtime_ms: number;
  readonly kind: string;
  readonly take: string | null;
  readonly docked: number;
  readonly held: number;
}

/** Files of a recorder with a place in a row, in the order of their times: those of a span, and some beside it. */
export async function* numberedFiles({ db }: Pick<Rows, 'db'>, { recorder, fromMs, toMs, held }: Span): AsyncIterable<NumberedFile> {
  const furthest = async (which: RawBuilder<unknown>, pick: RawBuilder<unknown>, order: RawBuilder<unknown>) => {
    const { rows } = await sql<{
      ms: number | null;
    }>`SELECT ${pick} AS ms FROM (SELECT mtime_ms FROM originals WHERE recorder_serial = ${recorder}
      AND ${which} ORDER BY ${order} LIMIT ${BESIDE}) AS beside`.execute(db);
    return rows[0]?.ms ?? null;
  };
  const first = await furthest(sql`mtime_ms < ${fromMs}`, sql`min(mtime_ms)`, sql`mtime_ms DESC`);
  const last = await furthest(sql`mtime_ms > ${toMs}`, sql`max(mtime_ms)`, sql`mtime_ms`);
  let after = { mtime: Number(first ?? fromMs), id: '' };
  for (;;) {
    const { rows } = await sql<FileRow>`
      SELECT file.id, file.recording_id, file.mtime_ms, file.kind, file.take, rec.created_at AS docked, ${held} AS held
      FROM originals AS file JOIN recordings AS rec ON rec.id = file.recording_id
      WHERE file.recorder_serial = ${recorder} AND file.mtime_ms <= ${Number(last ?? toMs)} AND (file.mtime_ms, file.id) > (${after.mtime}, ${after.id})
      ORDER BY file.mtime_ms, file.id LIMIT ${PAGE}`.execute(db);
    for (const row of rows) if (row.take !== null) yield toFile(row, row.take);
    const end = rows.at(-1);
    if (!end || rows.length < PAGE) return;
    after = { mtime: Number(end.mtime_ms), id: end.id };
  }
}

function toFile({ recording_id, kind, docked, held }: FileRow, take: string): NumberedFile {
  const facts = JSON.parse(take) as TakeFacts;
  return { recordingId: recording_id, kind: kind as Kind, take: facts, dockedMs: Number(docked), held: Number(held) === 1 };
}
