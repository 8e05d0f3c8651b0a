import type { PassThrough } from 'node:stream';

/** A page that hears nothing for three of these shows that it knows nothing (docs/console.md). */
const BEAT_MS = 1500;
/** So often it is asked whether the listener is still let in. */
const ASKED_AGAIN_MS = 4000;

interface Heard {
  /** Asks again whether the listener is still let in, and sees what they saw. */
  readonly stillHolds: () => Promise<boolean>;
  /** The time of the station as text. */
  readonly time: () => string;
}

/** Shows that the station is there by an event `beat`, and ends the stream once the listener is let in no more, or nobody can tell. */
export function watchListener(body: PassThrough, { stillHolds, time }: Heard): void {
  const heartbeat = setInterval(() => body.write(`event: beat\ndata: ${JSON.stringify({ at: time() })}\n\n`), BEAT_MS);
  let asking = false;
  const doubt = setInterval(async () => {
    if (asking) return void body.destroy();
    asking = true;
    if (!(await stillHolds().catch(() => false))) body.destroy();
    asking = false;
  }, ASKED_AGAIN_MS);
  for (const timer of [heartbeat, doubt]) {
    timer.unref();
    body.once('close', () => clearInterval(timer));
  }
}
