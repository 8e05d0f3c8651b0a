/*
 * Goal: the trail of one recording has all that a court asks for, in both languages, exact enough to recompute each hash; it is on record before its first byte, and
 * whoever may not read the audit gets nothing.
 * Method: the real ledger, the real printer with Debian's font; the PDF is read again by pdftotext.
 */
import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PdfPrinter } from '#adapters/pdf/pdf-printer';
import { TASKS } from '#domain/access/tasks';
import { sha256Hex } from '#domain/canonical-json';
import { RecordingViewed } from '#domain/custody/recording-entries';
import { subject } from '#domain/custody/subject';
import { START_MS } from '#test/support/builders';
import { about } from '#test/support/custody';
import { ALLOWS_ALL, aPerson, asking, openTo } from '#test/support/principals';
import { type ServedStation, servedStation } from '#test/support/served-station';
import { buildServer } from '../server.ts';

let station: ServedStation;
let app: FastifyInstance;
let id: string;

beforeEach(async () => {
  station = await servedStation();
  app = buildServer({ deps: station.deps, way: 'network', ...openTo() });
  ({ id } = await station.addRecording(Buffer.from('bytes')));
});
afterEach(async () => {
  await app.close();
  await station.close();
});

const headers = { host: 'localhost' };
const trail = (query = '', of = id) => app.inject({ url: `/api/v1/reports/trail/${of}${query}`, headers });

async function textOf(pdf: Buffer): Promise<string> {
  const file = join(station.directory, 'trail.pdf');
  await writeFile(file, pdf);
  const { stdout } = await promisify(execFile)('pdftotext', ['-layout', file, '-'], { maxBuffer: 64 * 1024 * 1024 });
  await rm(file);
  // pdftotext begins each page with a form feed.
  return stdout.replaceAll('\f', '\n');
}

/** A look that says everything that it can. */
async function look(): Promise<void> {
  const { data, personal } = RecordingViewed.example;
  const actor = { kind: 'user', id: 'usr-li', via: 'network', session: 'ssn-1' } as const;
  const draft = RecordingViewed.make({ atMs: START_MS + 5000, actor, subject: subject('recording', id), data, personal } as never);
  await station.ledger.transaction(async (writer) => {
    await writer.custody.append(draft);
  });
}

describe('the trail of a recording', () => {
  it('has every entry about it with both times, number and hashes, and the exact content from which the hash follows', async () => {
    await look();
    const answer = await trail('?lang=en&to=District%20court');
    expect([answer.statusCode, answer.headers['content-type'], answer.headers['cache-control']]).toEqual([
      200,
      'application/pdf',
      'no-store',
    ]);
    expect(answer.headers['content-disposition']).toBe(`attachment; filename="trail-${id}.pdf"`);
    const text = await textOf(answer.rawPayload);
    const flat = text.replaceAll(/\s+/g, '');
    // How the clock stood is told of every entry, also of those that do not tell it themselves.
    expect(flat.match(/Clockofthestation:steady/g)?.length).toBe(flat.match(/Who:/g)?.length);
    const entries = await station.ledger.custody.of(about(id));
    expect(entries.length).toBeGreaterThan(3);
    for (const { seq, hash, prev, type, atMs, bytes } of entries) {
      expect(flat, type).toContain(`#${seq}`);
      for (const part of [hash, prev, new Date(atMs).toISOString(), type]) expect(flat).toContain(part);
      const content = Buffer.from(bytes).toString();
      expect(flat).toContain(content.replaceAll(/\s+/g, ''));
      expect(sha256Hex(Buffer.from(content))).toBe(hash);
    }
    expect(text).toContain('2026-06-20');
    expect(flat).toContain('complaint');
    // How whoever looked had signed in, and by which request, stand in lines of their own.
    const { knownBy = '', requestId = '' } = RecordingViewed.example.data.look as { knownBy?: string; requestId?: string };
    for (const part of [`·${knownBy}`, `HTTPrequest:${requestId}`]) expect(flat).toContain(part);
    const original = (await station.ledger.recordings.detail(id))?.originals[0];
    expect(flat).toContain(original?.digests?.sha256);
    expect(text).toMatch(/page 1 .*station test/);
  });

  it('is on record, with who received it, before its first byte; and the entry stands in the trail itself', async () => {
    const answer = await trail('?lang=en&to=District%20court');
    const told = (await station.ledger.custody.of(about(id))).filter(({ type }) => type === 'report.issued');
    expect(told.map(({ data, personal, actor }) => [data['report'], data['format'], personal['to'], actor.id])).toEqual([
      ['trail', 'pdf', 'District court', 'usr-wang'],
    ]);
    expect((await textOf(answer.rawPayload)).replaceAll(/\s+/g, '')).toContain('report.issued');
  });

  it('is in Chinese unless English is asked for, with what people wrote in it', async () => {
    await station.ledger.transaction(async (writer) => {
      const { data } = RecordingViewed.example;
      const actor = { kind: 'user', id: 'usr-li', via: 'network', session: null } as const;
      const personal = { name: '李明\u202e', words: '群众投诉\n复核' };
      await writer.custody.append(
        RecordingViewed.make({ atMs: START_MS, actor, subject: subject('recording', id), data, personal } as never),
      );
    });
    const text = await textOf((await trail()).rawPayload);
    for (const part of ['录像', '保管链', '原始文件', '李明', '群众投诉', '第 1 页']) expect(text).toContain(part);
    expect(text).not.toContain('\u202e');
  });

  it('gets longer by pages and not by memory: hundreds of looks', async () => {
    await station.ledger.transaction(async (writer) => {
      const { data } = RecordingViewed.example;
      const actor = { kind: 'user', id: 'usr-li', via: 'network', session: null } as const;
      for (let n = 0; n < 300; n += 1)
        await writer.custody.append(
          RecordingViewed.make({ atMs: START_MS + n, actor, subject: subject('recording', id), data, personal: {} } as never),
        );
    });
    const before = process.memoryUsage().rss;
    const text = await textOf((await trail('?lang=en')).rawPayload);
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024);
    const entries = await station.ledger.custody.of(about(id), { limit: 5000 });
    expect(text.match(/^ *#\d+ /gm)?.length).toBe(entries.length);
    expect(text).toContain(`${entries.length} entries on`);
  });

  it('names the font where it is missing, and leaves no entry then', async () => {
    const bare = buildServer({
      deps: { ...station.deps, printer: new PdfPrinter({ fontFile: '/nowhere/font.ttc' }) },
      way: 'network',
      ...openTo(),
    });
    const answer = await bare.inject({ url: `/api/v1/reports/trail/${id}`, headers });
    expect([answer.statusCode, answer.json()]).toMatchObject([503, { code: 'station.font-missing', detail: '/nowhere/font.ttc' }]);
    expect((await station.ledger.custody.of(about(id))).some(({ type }) => type === 'report.issued')).toBe(false);
    await bare.close();
  });

  it('is nobody’s who may not read the audit, and of no recording that is not there', async () => {
    const tasks = new Set(TASKS.filter((task) => task !== 'read-audit'));
    const other = buildServer({ deps: station.deps, way: 'network', principalOf: asking(aPerson({ tasks })), gatekeeper: ALLOWS_ALL });
    expect((await other.inject({ url: `/api/v1/reports/trail/${id}`, headers })).statusCode).toBe(403);
    await other.close();
    expect((await trail('', 'rec-none')).statusCode).toBe(404);
  });
});
