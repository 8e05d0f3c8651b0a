import { problemLine } from './problems.ts';
import type { LinesAnswer } from './route.ts';

const HEARTBEAT_MS = 2000;

/**
 * Lines of JSON. A large file is no reason to fall silent; an error in the midst is the last line, for the status has been sent long ago. `settle` is
 * called when the work is done, before its last line goes out.
 */
export async function* jsonLines({ lines, meanwhile }: LinesAnswer, signal: AbortSignal, settle: () => void): AsyncGenerator<string> {
  try {
    let held: unknown;
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
      if (step.done) settle();
      if (held !== undefined) yield printed(held);
      if (step.done) return;
      held = step.value;
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
