import pLimit from 'p-limit';
import { errnoOf } from '#domain/errno';
import { asEvidockError, EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { FaultPoints } from '#ports/fault-points';
import { ATTRIBUTE_KEYS_MAX, type AttributeOutcome, type AttributeState, type ImmutableFiles } from '#ports/immutable-files';

interface Options {
  readonly files: ImmutableFiles;
  /** Keys of all sealed originals whose bytes a key may share: what has several names is one file, and loses its attribute under all of them. */
  readonly namesOf: (key: string) => Promise<readonly string[]>;
  readonly faults: Pick<FaultPoints, 'reached'>;
}

/**
 * The immutable attribute of sealed files. It is lifted for one change at a time and set again, also where the change failed. A crash in between leaves a
 * sealed file without it, which `ImmutableKeeper` finds at the next start. To set it is an addition to read-only files: that it cannot be set stops nothing.
 */
export class SealedAttributes {
  readonly #options: Options;
  readonly #turns = pLimit(1);

  constructor(options: Options) {
    this.#options = options;
  }

  /** Sets the attribute on files that are sealed. Tells how that went; never throws. */
  async set(keys: readonly string[]): Promise<AttributeState> {
    let state: AttributeState = { power: 'yes' };
    for (let at = 0; at < keys.length && state.power === 'yes'; at += ATTRIBUTE_KEYS_MAX)
      state = await this.#turns(() => this.#set(keys.slice(at, at + ATTRIBUTE_KEYS_MAX)));
    return state;
  }

  /**
   * Makes a change that the attribute of this file forbids: a link, a new place, the removal of a name. Asks the helper only where the change is refused. After
   * it the attribute is set again under every name that is left. Throws what the change throws.
   */
  async changing<T>(key: string, change: () => Promise<T>): Promise<T> {
    try {
      return await change();
    } catch (error) {
      if (errnoOf(error) !== 'EPERM') throw error;
      return this.#turns(() => this.#lifted(key, change, error));
    }
  }

  async #lifted<T>(key: string, change: () => Promise<T>, refusal: unknown): Promise<T> {
    const { namesOf, faults } = this.#options;
    // Asked before: a disposal may take rows away with the file.
    const names = await namesOf(key);
    if ((await this.#clear(key)) !== 'changed') throw refusal;
    faults.reached('w44-immutable-lifted');
    try {
      return await change();
    } finally {
      await this.#set([...new Set([key, ...names])].slice(0, ATTRIBUTE_KEYS_MAX));
    }
  }

  async #clear(key: string): Promise<AttributeOutcome | undefined> {
    try {
      return (await this.#options.files.change('clear', [key])).outcomes[0];
    } catch (error) {
      throw new EvidockError('vault.read-only', because('immutable-stays', { key, why: asEvidockError(error).reason }), error);
    }
  }

  async #set(keys: readonly string[]): Promise<AttributeState> {
    try {
      return { power: (await this.#options.files.change('set', keys)).power };
    } catch (error) {
      return { power: 'failed', reason: asEvidockError(error).reason };
    }
  }
}
