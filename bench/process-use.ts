import { readFileSync } from 'node:fs';

/** Clock ticks a second, as /proc counts CPU time on Linux (proc(5), sysconf(_SC_CLK_TCK)). */
const TICKS = 100;
const SAMPLE_MS = 250;
const [USER, SYSTEM] = [11, 12];

/** CPU time and memory of a process with its children, as /proc tells them. */
export class ProcessUse {
  readonly #pid: number;
  readonly #cpuMs: number;
  readonly #timer: NodeJS.Timeout;
  #rssBytes = 0;

  constructor(pid: number) {
    this.#pid = pid;
    this.#cpuMs = this.#sum(cpuMsOf);
    this.#sample();
    this.#timer = setInterval(() => this.#sample(), SAMPLE_MS);
  }

  /** Since it was made: CPU time, and the most memory that was seen. */
  end(): { readonly cpuMs: number; readonly rssBytes: number } {
    clearInterval(this.#timer);
    this.#sample();
    return { cpuMs: this.#sum(cpuMsOf) - this.#cpuMs, rssBytes: this.#rssBytes };
  }

  #sample(): void {
    this.#rssBytes = Math.max(this.#rssBytes, this.#sum(rssOf));
  }

  #sum(of: (pid: number) => number): number {
    const children = readFileSync(`/proc/${this.#pid}/task/${this.#pid}/children`, 'utf8').trim();
    const pids = children === '' ? [] : children.split(' ').map(Number);
    return [this.#pid, ...pids].reduce((whole, pid) => whole + of(pid), 0);
  }
}

function cpuMsOf(pid: number): number {
  // The name of the program stands in brackets and may hold spaces.
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[USER]) + Number(fields[SYSTEM])) * 1000) / TICKS;
}

function rssOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
}
