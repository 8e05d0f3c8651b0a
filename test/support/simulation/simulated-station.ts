import { EvidockError } from '#domain/errors';
import type { FaultPoint } from '#ports/fault-points';
import { DEEDS, type DeedGiven, type DeedName, type DeedTold } from './deeds.ts';
import { Killer } from './killer.ts';
import type { Moment } from './life-clock.ts';
import { type Home, StationLife } from './station-life.ts';

/** What became of a deed. `refused`: by a rule of the station, which left everything as it was. */
export type Outcome<T> =
  | { readonly is: 'done'; readonly value: T }
  | { readonly is: 'refused'; readonly code: string; readonly reason: string }
  | { readonly is: 'killed' };

export interface Armed {
  readonly point: FaultPoint;
  readonly nth: number;
}

/** The station as the simulation sees it: in this process, or in one that is killed. */
export interface SimulatedStation {
  do<N extends DeedName>(name: N, now: Moment, given: DeedGiven<N>, armed?: Armed | null): Promise<Outcome<DeedTold<N>>>;
  /** After a kill, or because somebody restarts it. */
  restart(now: Moment): Promise<void>;
  end(): Promise<void>;
}

/** Carries out one deed; refusals of the station are an outcome, and everything else is thrown. */
export async function carryOut<N extends DeedName>(life: StationLife, name: N, given: DeedGiven<N>): Promise<Outcome<DeedTold<N>>> {
  try {
    const deed = DEEDS[name] as unknown as (life: StationLife, given: DeedGiven<N>) => Promise<DeedTold<N>>;
    const value = await deed(life, given);
    return life.killer.dead ? { is: 'killed' } : { is: 'done', value };
  } catch (error) {
    if (life.killer.dead) return { is: 'killed' };
    if (error instanceof EvidockError && error.code.startsWith('request.'))
      return { is: 'refused', code: error.code, reason: error.reason.code };
    throw error;
  }
}

/** The station in the process of the test. */
export class StationHere implements SimulatedStation {
  readonly #home: Omit<Home, 'killer' | 'now'>;
  #life: StationLife;
  #ended = false;

  private constructor(home: Omit<Home, 'killer' | 'now'>, life: StationLife) {
    this.#home = home;
    this.#life = life;
  }

  static async begin(home: Omit<Home, 'killer' | 'now'>, now: Moment): Promise<StationHere> {
    return new StationHere(home, await StationLife.open({ ...home, now, killer: new Killer() }));
  }

  async do<N extends DeedName>(name: N, now: Moment, given: DeedGiven<N>, armed: Armed | null = null): Promise<Outcome<DeedTold<N>>> {
    this.#life.clock.set(now);
    this.#life.killer.arm(armed);
    const outcome = await carryOut(this.#life, name, given);
    this.#life.killer.arm(null);
    return outcome;
  }

  async restart(now: Moment): Promise<void> {
    await this.#life.close();
    this.#life = await StationLife.open({ ...this.#home, now, killer: new Killer() });
  }

  async end(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    await this.#life.close();
  }
}
