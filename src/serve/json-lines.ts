import { KEPT_BYTES_MAX } from '#domain/kept-answer';
import { problemLine } from './problems.ts';
import type { LinesAnswer } from './route.ts';

const HEARTBEAT_MS = 2000;
/** At most, in UTF-8, of a unit of UTF-16. */
const BYTES_OF_CHARACTER = 3;

/**
 * Lines of JSON. A large file is no reason to fall silent; an error in the midst is the last line, for the status has been sent long ago. `commit` is
 * called with the lines that were told when the work is done, before the last of them goes out; of more than KEPT_BYTES_MAX only the last.
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
        // The last line is followed by the end at once, so what is held is not the last.
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
