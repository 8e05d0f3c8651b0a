import { createHash } from 'node:crypto';
import { addAbortSignal, pipeline, type Readable, Transform } from 'node:stream';
import { sourceOf } from '#desk/footage';
import { markOf } from '#desk/marked/mark';
import type { OpenLook, WhyEnded } from '#desk/open-look';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { copyBroken } from '#events';
import type { MarkedCopy } from '#ports/marked-copies';
import { begin, FOOTAGE_HEADERS, type FootageDeps, type FootageRequest, watch } from './playback.ts';
import { type Footage, RawAnswer } from './route.ts';

/**
 * Answers with a copy that shows who took it, made while it is sent. The look is on record before the first byte. Its bytes are others than those of the item and
 * come once, so there is no range, length or ETag of it. Throws request.too-many where others have copies made.
 */
export async function serveMarked({ deps, metrics }: FootageDeps, request: FootageRequest, footage: Footage): Promise<RawAnswer> {
  const { item, from } = footage;
  const { copies, places } = deps.marked;
  const { viewer } = request;
  const person = viewer.user ?? JSON.stringify(viewer.actor);
  const hasPicture = item.mediaType.startsWith('video/');
  const headers = {
    'content-type': hasPicture ? 'video/mp4' : 'audio/mp4',
    'content-disposition': `attachment; filename="${item.fileName.replace(/\.\w+$/, '')}-marked.${hasPicture ? 'mp4' : 'm4a'}"`,
    'accept-ranges': 'none',
    ...FOOTAGE_HEADERS,
  };
  await copies.check();
  places.demand(person);
  const source = await sourceOf(deps, item, from, request.signal);
  if (request.headOnly) return new RawAnswer(200, headers, null);
  const giveBack = places.take(person);
  try {
    const { timezone } = deps.facts;
    const text = await markOf({ ledger: deps.ledger, timezone, nowMs: deps.clock.nowMs() }, viewer);
    const look = await begin(deps, request, { footage, place: source.place, range: null, marked: { recipe: copies.recipe, text } });
    metrics.looked(source.place);
    const make = async (signal: AbortSignal) => {
      const content = await source.open({ start: 0, end: item.bytes });
      return copies.make({ content, bytes: item.bytes, mediaType: item.mediaType }, text, AbortSignal.any([signal, request.signal]));
    };
    const broke = (error: EvidockError) => copyBroken(deps.log, { recordingId: item.recordingId, look: look.id }, error);
    const { body, ended } = await send(look, request, { make, broke });
    void ended.then(giveBack);
    return new RawAnswer(200, { ...headers, 'x-evidock-look': look.id }, body);
  } catch (error) {
    giveBack();
    throw error;
  }
}

interface Sending {
  readonly make: (signal: AbortSignal) => Promise<MarkedCopy>;
  /** Told what failed when bytes had gone out already, so that no answer can tell it. */
  readonly broke: (error: EvidockError) => void;
}

/** The copy as it goes out: counted, hashed, and cut when the right to see it ends. What did not begin is thrown, so that it is answered as a problem. */
async function send(
  look: OpenLook,
  { right }: FootageRequest,
  { make, broke }: Sending,
): Promise<{ readonly body: Readable; readonly ended: Promise<void> }> {
  const hash = createHash('sha256');
  const delivery = look.deliver(0);
  const end = (why: WhyEnded) => look.endCopy(why, { whole: why === 'sent', sha256: hash.copy().digest('hex') });
  const over = {
    get isOver() {
      return look.isOver;
    },
    end: () => end('revoked'),
  };
  const stop = watch(over, right);
  let copy: MarkedCopy;
  try {
    copy = await make(delivery.signal);
  } catch (error) {
    stop();
    delivery.done();
    const wasRevoked = look.ended === 'revoked';
    end('broken');
    throw wasRevoked ? new EvidockError('request.forbidden', because('right-ended', {}), error) : error;
  }
  const body = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      hash.update(chunk);
      delivery.sent(chunk.length);
      done(null, chunk);
    },
  });
  addAbortSignal(delivery.signal, body);
  // What goes wrong ends the answer; the server sees it at `body`. Whoever asked and went is no failure.
  pipeline(copy.content, body, (error) => {
    if (error instanceof EvidockError && error.code !== 'station.stopping') broke(error);
  });
  body.once('close', () => {
    stop();
    delivery.done();
    end(body.readableEnded ? 'sent' : 'broken');
  });
  return { body, ended: copy.ended };
}
