import { execFile } from 'node:child_process';
import { type Log, notifyFailed, watchdogHeldBack } from '#events';
import type { SlotView } from '#ports/slot-board';

/** systemd answers its own program within milliseconds; a machine that is starved takes a while longer. */
const NOTIFY_MS_MAX = 10_000;
/** How often people see a fresh status line where no watchdog asks for more. */
const STATUS_EVERY_MS = 30_000;
const STATUS_CHARACTERS_MAX = 200;

interface Options {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  /** One line for `systemctl status`. */
  readonly status: () => string;
  /** Resolves when the ledger has answered a question. */
  readonly alive: () => Promise<unknown>;
  /** Another program in tests. */
  readonly program?: string;
}

/**
 * Tells systemd how the station is: up, alive, stopping, and a status line. Without NOTIFY_SOCKET it does nothing. Node has no datagram
 * sockets, so each message is a short run of `systemd-notify`; the unit has NotifyAccess=all for it.
 */
export class ServiceManager {
  readonly #options: Options;
  readonly #everyMs: number;
  readonly #watched: boolean;
  #timer: NodeJS.Timeout | undefined;
  #asking = false;
  #stopped = false;

  constructor(options: Options) {
    this.#options = options;
    const watchdogMs = watchdogMsOf(options.env);
    this.#watched = watchdogMs !== null;
    // Three questions in the time that systemd grants: one may be late.
    this.#everyMs = watchdogMs === null ? STATUS_EVERY_MS : Math.max(100, Math.floor(watchdogMs / 3));
  }

  /** Says that the station is up, and from then on that it is alive: only when the event loop has come round and the ledger has answered. */
  async ready(): Promise<void> {
    if (this.#socket === undefined) return;
    await this.#notify('READY=1', `STATUS=${this.#status()}`);
    this.#timer = setInterval(() => void this.#ask(), this.#everyMs);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    if (this.#stopped || this.#socket === undefined) return;
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#notify('STOPPING=1', 'STATUS=stopping');
  }

  get #socket(): string | undefined {
    return this.#options.env['NOTIFY_SOCKET'];
  }

  async #ask(): Promise<void> {
    // A ledger that has not answered the last question is not asked another one: then nothing is said, and systemd draws its conclusion.
    if (this.#asking) return;
    this.#asking = true;
    try {
      await this.#options.alive();
      if (this.#stopped) return;
      await this.#notify(...(this.#watched ? ['WATCHDOG=1'] : []), `STATUS=${this.#status()}`);
    } catch (error) {
      watchdogHeldBack(this.#options.log, error);
    } finally {
      this.#asking = false;
    }
  }

  #status(): string {
    return this.#options.status().replace(/\s+/g, ' ').slice(0, STATUS_CHARACTERS_MAX);
  }

  /** Never throws: a station that cannot tell systemd goes on, and systemd acts as the unit says. */
  #notify(...variables: readonly string[]): Promise<void> {
    const { program = 'systemd-notify', log } = this.#options;
    const env = { PATH: this.#options.env['PATH'] ?? '/usr/bin:/bin', NOTIFY_SOCKET: this.#socket };
    return new Promise((resolve) => {
      execFile(program, [...variables], { env, timeout: NOTIFY_MS_MAX, killSignal: 'SIGKILL', maxBuffer: 65_536 }, (error) => {
        if (error) notifyFailed(log, error);
        resolve();
      });
    });
  }
}

/** What the unit's WatchdogSec asks for; null if nothing, or if it is meant for another process. */
function watchdogMsOf(env: Options['env']): number | null {
  const microseconds = Number(env['WATCHDOG_USEC'] ?? '');
  const pid = env['WATCHDOG_PID'];
  if (!Number.isFinite(microseconds) || microseconds <= 0) return null;
  return pid === undefined || Number(pid) === process.pid ? microseconds / 1000 : null;
}

/** `3 recorders docked: 1 copying, 2 safe` */
export function slotsLine(views: readonly Pick<SlotView, 'phase'>[]): string {
  const counts = new Map<string, number>();
  for (const { phase } of views) if (phase !== 'empty' && phase !== 'removed') counts.set(phase, (counts.get(phase) ?? 0) + 1);
  const docked = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (docked === 0) return 'up; no recorder docked';
  return `up; ${docked} docked: ${[...counts].map(([phase, count]) => `${count} ${phase}`).join(', ')}`;
}
