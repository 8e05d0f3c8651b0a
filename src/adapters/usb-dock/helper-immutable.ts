import type { AttributeAnswer, ImmutableFiles } from '#ports/immutable-files';
import { HelperLine } from './helper-line.ts';

/** Has the mount helper set and take the immutable attribute. */
export class HelperImmutable implements ImmutableFiles {
  readonly #line: HelperLine;

  constructor(options: { readonly socketPath: string }) {
    this.#line = new HelperLine(options);
  }

  async change(want: 'set' | 'clear' | 'look', keys: readonly string[]): Promise<AttributeAnswer> {
    return (await this.#line.ask({ do: 'attribute', want, keys: [...keys] })) as AttributeAnswer;
  }
}
