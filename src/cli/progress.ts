import { SingleBar } from 'cli-progress';
import type { Shell } from './command.ts';

const QUIET_MS = 10_000;

/** Shows progress: a bar on a terminal, elsewhere a line now and then, and nothing with --json. */
export class Progress {
  readonly #shell: Shell;
  readonly #silent: boolean;
  #bar: SingleBar | undefined;
  #saidAtMs = Number.NEGATIVE_INFINITY;
  #said = '';

  constructor(options: { shell: Shell; silent: boolean }) {
    this.#shell = options.shell;
    this.#silent = options.silent;
  }

  /** Shows `done` of `total`, in any unit. `text`: the same in words. */
  show(done: number, total: number, text: string): void {
    const { stderr } = this.#shell.context;
    if (this.#silent || this.#shell.quiet) return;
    if (stderr.isTTY) {
      this.#bar ??= startBar(stderr as unknown as NodeJS.WritableStream);
      this.#bar.setTotal(Math.max(1, total));
      this.#bar.update(Math.min(done, Math.max(1, total)), { text });
      return;
    }
    const nowMs = performance.now();
    if (text === this.#said || nowMs - this.#saidAtMs < QUIET_MS) return;
    this.#said = text;
    this.#saidAtMs = nowMs;
    this.#shell.note(text);
  }

  end(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }
}

function startBar(stream: NodeJS.WritableStream): SingleBar {
  const bar = new SingleBar({
    stream,
    format: '[{bar}] {percentage}% {text}',
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
    linewrap: false,
  });
  bar.start(1, 0, { text: '' });
  return bar;
}

/** Computes the mean rate since the start, and the time left at that rate. */
export class Rate {
  readonly #begunMs = performance.now();

  of(done: number, total: number): { perSecond: number; leftMs: number | null } {
    const elapsedMs = performance.now() - this.#begunMs;
    const perSecond = elapsedMs > 0 ? (done * 1000) / elapsedMs : 0;
    return { perSecond, leftMs: perSecond > 0 ? (Math.max(0, total - done) / perSecond) * 1000 : null };
  }
}
