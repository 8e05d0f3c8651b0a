import type { IncomingHttpHeaders } from 'node:http';
import { addAbortSignal, pipeline, type Readable, Transform } from 'node:stream';
import type { DeskDeps } from '#desk/deps';
import { type Source, shownIn, sourceOf } from '#desk/footage';
import type { Delivery, LookAsk, OpenLook } from '#desk/open-look';
import type { LookRight, Viewer } from '#domain/look/look';
import type { Metrics } from './metrics.ts';
import { OPEN_ENDED_BYTES_MAX, rangeOf } from './range-header.ts';
import { type Footage, RawAnswer } from './route.ts';

/** While bytes go out, the right to see them is asked for so often: a stream whose right ends is cut within 5 s. */
const ASKED_AGAIN_MS = 3000;

/** Who can say whether a right holds has to answer within this time. */
const ANSWER_MS_MAX = 1500;

/** The right by which footage is shown, as long as it holds. */
export interface ShowingRight extends LookRight {
  /** Asks again whether it still holds: account, session, policy and grant as they are now. Throws where that cannot be told, which ends the look too. */
  holds(): Promise<boolean>;
  /** Calls the listener when it may have ended. Returns what stops listening. */
  onDoubt(listener: () => void): () => void;
}

export interface FootageDeps {
  readonly deps: DeskDeps;
  readonly metrics: Metrics;
}

export interface FootageRequest {
  readonly viewer: Viewer;
  readonly right: ShowingRight;
  readonly headers: IncomingHttpHeaders;
  /** True for a HEAD request: only headers are sent, and no look is recorded. */
  readonly headOnly: boolean;
  readonly signal: AbortSignal;
}

/** Of every answer that holds footage, whose content is untrusted: no copy stays in the browser, and nothing in it is run. */
export const FOOTAGE_HEADERS = {
  'cache-control': 'private, no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
};

/** Answers with an item or a range of it, once the look is on record. */
export async function serveFootage({ deps, metrics }: FootageDeps, request: FootageRequest, footage: Footage): Promise<RawAnswer> {
  const { item, from } = footage;
  const header = (name: string) => [request.headers[name]].flat()[0];
  const etag = `"${item.sha256}"`;
  const headers = {
    'content-type': item.mediaType,
    'content-disposition': `inline; filename="${item.fileName}"`,
    'accept-ranges': 'bytes',
    etag,
    ...FOOTAGE_HEADERS,
    'x-evidock-sha256': item.sha256,
  };
  const asked = header('range');
  const sameVersion = header('if-range') === undefined || header('if-range') === etag;
  const range = sameVersion ? rangeOf(asked, item.bytes, OPEN_ENDED_BYTES_MAX) : 'whole';
  if (range === 'unsatisfiable') return new RawAnswer(416, { 'content-range': `bytes */${item.bytes}`, 'accept-ranges': 'bytes' }, '');
  const { start, end } = range === 'whole' ? { start: 0, end: item.bytes } : range;
  const answerHeaders = {
    ...headers,
    'content-length': String(end - start),
    ...(range === 'whole' ? {} : { 'content-range': `bytes ${start}-${end - 1}/${item.bytes}` }),
  };
  const status = range === 'whole' ? 200 : 206;
  const source = await sourceOf(deps, item, from, request.signal);
  if (request.headOnly) return new RawAnswer(status, answerHeaders, null);
  const covered = deps.looks.coveredBy(request.viewer, item.what, item.recordingId);
  if (covered !== null) {
    metrics.looked(source.place);
    return new RawAnswer(
      status,
      { ...answerHeaders, 'x-evidock-look': covered },
      await coveredPicture(deps, request, item, source, { start, end }),
    );
  }
  const look = await begin(deps, request, { footage, place: source.place, range: range === 'whole' ? null : `${start}-${end - 1}` });
  metrics.looked(source.place);
  const named = { ...answerHeaders, 'x-evidock-look': look.id };
  // An empty file has no range that a disk or a server could be asked for.
  return new RawAnswer(status, named, end === start ? '' : await guarded(look, source, { start, end }, request.right));
}

interface Begun {
  readonly footage: Footage;
  readonly place: string;
  readonly range: string | null;
  readonly marked?: NonNullable<LookAsk['marked']>;
}

/** Puts the look on record, or finds the one that is open. Throws ledger.failed: then nothing is shown. */
export async function begin(
  deps: DeskDeps,
  { viewer, right }: FootageRequest,
  { footage: { item, from }, place, range, marked }: Begun,
): Promise<OpenLook> {
  const { policy, rule, caseNumber, caseTitle, grant, reason, words } = right;
  const shown = await shownIn(deps.ledger, item.recordingId);
  return deps.looks.begin({
    viewer,
    right: { policy, rule, caseNumber, caseTitle, grant, reason, words },
    looked: { recording: item.recordingId, item: item.id, sha256: item.sha256, what: item.what, from: place, range, ...shown },
    itemBytes: item.bytes,
    // The bytes of a marked copy are not those of the item, so the index of the item tells nothing of them.
    ...(marked ? { marked, playedOf: async () => null } : { playedOf: (ranges) => deps.played.of(deps, item, from, ranges) }),
  });
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** A picture that is on record already: counted as it goes out, and cut when the right to see it ends. */
async function coveredPicture(
  deps: DeskDeps,
  { viewer, right }: FootageRequest,
  { what, recordingId }: Footage['item'],
  source: Source,
  range: Range,
): Promise<Readable | string> {
  if (range.end === range.start) return '';
  const bytes = await source.open(range);
  const delivery = deps.looks.deliverCovered(viewer, what, recordingId);
  const cut = new AbortController();
  const end = () => {
    delivery?.cut();
    cut.abort();
  };
  const over = {
    get isOver() {
      return cut.signal.aborted;
    },
    end,
  };
  return counted(bytes, { signal: cut.signal, sent: (length) => delivery?.sent(length), done: () => undefined }, watch(over, right));
}

/** The bytes, counted as they go out, and cut when the right to see them ends. */
async function guarded(look: OpenLook, source: Source, range: Range, right: ShowingRight): Promise<Readable> {
  const bytes = await source.open(range);
  return counted(
    bytes,
    look.deliver(range.start),
    watch(
      {
        get isOver() {
          return look.isOver;
        },
        end: () => look.end('revoked'),
      },
      right,
    ),
  );
}

function counted(bytes: Readable, delivery: Pick<Delivery, 'sent' | 'done' | 'signal'>, stop: () => void): Readable {
  const body = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      delivery.sent(chunk.length);
      done(null, chunk);
    },
  });
  addAbortSignal(delivery.signal, body);
  // What goes wrong ends the answer; the server sees it at `body`.
  pipeline(bytes, body, () => undefined);
  body.once('close', () => {
    stop();
    delivery.done();
  });
  return body;
}

/** Asks again and again whether the right holds, and at once where there is doubt. Ends the look where it does not, or where nobody can tell in time. */
export function watch(look: { readonly isOver: boolean; readonly end: () => void }, right: ShowingRight): () => void {
  let asking = false;
  let doubted = false;
  const ask = async () => {
    doubted = true;
    if (asking) return;
    asking = true;
    while (doubted && !look.isOver) {
      doubted = false;
      if (!(await inTime(right))) look.end();
    }
    asking = false;
  };
  const timer = setInterval(() => void ask(), ASKED_AGAIN_MS);
  timer.unref();
  const stopListening = right.onDoubt(() => void ask());
  return () => {
    clearInterval(timer);
    stopListening();
  };
}

/** False also where the answer fails, or does not come in time. */
async function inTime(right: ShowingRight): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(resolve, ANSWER_MS_MAX, false);
  return Promise.race([right.holds().catch(() => false), late]).finally(() => clearTimeout(timer));
}
