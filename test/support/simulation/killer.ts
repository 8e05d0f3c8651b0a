import type { FaultPoint, FaultPoints } from '#ports/fault-points';

/** What a process that was killed says no more. */
class Killed extends Error {}

/**
 * Kills the station at a fault point. In the process of the test nothing that it does afterwards reaches ledger, vault or archive, as after a kill; a process of
 * its own is killed with SIGKILL.
 */
export class Killer implements FaultPoints {
  dead = false;
  #armed: { readonly point: FaultPoint; left: number } | null = null;
  readonly #kill: () => void;

  constructor(kill?: () => void) {
    this.#kill =
      kill ??
      (() => {
        this.dead = true;
        throw new Killed('killed');
      });
  }

  /** Kills at the n-th time that this point is reached; null: no more. */
  arm(armed: { readonly point: FaultPoint; readonly nth: number } | null): void {
    this.#armed = armed && { point: armed.point, left: armed.nth };
  }

  reached(point: FaultPoint): void {
    this.mustLive();
    if (this.#armed?.point !== point) return;
    this.#armed.left -= 1;
    if (this.#armed.left === 0) this.#kill();
  }

  mustLive(): void {
    if (this.dead) throw new Killed('killed');
  }

  /** The same thing, which does nothing any more once the process is dead. So do drafts that it has opened. */
  mortal<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (of, name) => {
        const value: unknown = Reflect.get(of, name, of);
        if (typeof value !== 'function') return value;
        return (...given: unknown[]): unknown => {
          this.mustLive();
          const result: unknown = value.apply(of, given);
          return result instanceof Promise ? result.then((came: unknown) => (isDraft(came) ? this.mortal(came) : came)) : result;
        };
      },
    });
  }
}

function isDraft(value: unknown): value is object {
  return typeof value === 'object' && value !== null && 'commit' in value;
}
