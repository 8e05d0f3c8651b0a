import { type ChildProcess, fork } from 'node:child_process';
import type { Asked, ChildHome } from './child.ts';
import type { DeedGiven, DeedName, DeedTold } from './deeds.ts';
import type { Moment } from './life-clock.ts';
import type { Armed, Outcome, SimulatedStation } from './simulated-station.ts';

const CHILD = new URL('./child.ts', import.meta.url).pathname;

type Answer = Outcome<unknown> | { readonly is: 'ready' } | { readonly is: 'ended' } | { readonly is: 'failed'; readonly message: string };

/** The station in a process of its own. A kill is a SIGKILL. */
export class StationInChild implements SimulatedStation {
  readonly #home: Omit<ChildHome, 'now'>;
  #child: ChildProcess;

  private constructor(home: Omit<ChildHome, 'now'>, child: ChildProcess) {
    this.#home = home;
    this.#child = child;
  }

  static async begin(home: Omit<ChildHome, 'now'>, now: Moment): Promise<StationInChild> {
    return new StationInChild(home, await started({ ...home, now }));
  }

  async do<N extends DeedName>(name: N, now: Moment, given: DeedGiven<N>, armed: Armed | null = null): Promise<Outcome<DeedTold<N>>> {
    const answer = await asked(this.#child, { name, now, given, armed });
    if (answer.is === 'failed') throw new Error(answer.message);
    return answer as Outcome<DeedTold<N>>;
  }

  async restart(now: Moment): Promise<void> {
    await this.end();
    this.#child = await started({ ...this.#home, now });
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    await asked(this.#child, { name: 'end', now: { wallMs: 0, bootMs: 0 }, given: {}, armed: null });
    await ended;
  }
}

async function started(home: ChildHome): Promise<ChildProcess> {
  const child = fork(CHILD, [JSON.stringify(home)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const first = await next(child);
  if (first.is !== 'ready') throw new Error(`the station did not start: ${JSON.stringify(first)}`);
  return child;
}

function asked(child: ChildProcess, what: Asked): Promise<Answer> {
  const answer = next(child);
  child.send(what);
  return answer;
}

/** The next answer, or that the process was killed. */
function next(child: ChildProcess): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const onMessage = (answer: Answer) => {
      child.off('exit', onExit);
      resolve(answer);
    };
    const onExit = (code: number | null, signal: string | null) => {
      child.off('message', onMessage);
      if (signal === 'SIGKILL') resolve({ is: 'killed' });
      else reject(new Error(`the station ended with ${code ?? signal}`));
    };
    child.once('message', onMessage);
    child.once('exit', onExit);
  });
}
