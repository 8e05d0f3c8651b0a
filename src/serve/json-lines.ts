import { KEPT_BYTES_MAX } from '#domain/kept-answer';
import { problemLine } from './problems.ts';
import type { LinesAnswer } from './route.ts';

const HEARTBEAT_MS = 2000;
/** A UTF-16 unit takes at most so many bytes in UTF-8. */
const BYTES_OF_CHARACTER = 3;

/**
 * Prints lines of JSON. While the next line takes long, a progress line is sent every 2 s. An error becomes the last line, because the status was sent long
 * ago. When the work is done, `commit` gets all lines, before the last of them is sent; if they exceed KEPT_BYTES_MAX, the first ones are left out.
 */
export async function* jsonLines(
  { lines, meanwhile }: LinesAnswer,
  signal: AbortSignal,
  commit: (told: string) => Promise<void>,
): AsyncGenerator<string> {
  try {
    let held: unknown;
    let told = '';
    let next = lines.next();
    for (;;) {
      const { promise: heartbeat, resolve } = Promise.withResolvers<null>();
      const timer = setTimeout(resolve, HEARTBEAT_MS, null);
      const step = await Promise.race([next, heartbeat]).finally(() => clearTimeout(timer));
      if (step === null) {
        // More lines follow, so the line that is held back is not the last one and may be sent.
        yield printed(held ?? meanwhile());
        held = undefined;
        continue;
      }
      if (step.done) await commit(told);
      if (held !== undefined) yield printed(held);
      if (step.done) return;
      held = step.value;
      const line = printed(held);
      told = told.length + line.length > KEPT_BYTES_MAX / BYTES_OF_CHARACTER ? line : told + line;
      next = lines.next();
    }
  } catch (error) {
    if (signal.aborted) return;
    yield printed(problemLine(error));
  }
}

function printed(line: unknown): string {
  return `${JSON.stringify(line)}\n`;
}
