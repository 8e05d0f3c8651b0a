import { expect } from 'vitest';
import { english } from '#domain/reason';
import type { Reason } from '#messages/reason';

/** Any reason whose English sentence holds this text, or matches this pattern. */
export function saying(words: string | RegExp): unknown {
  return expect.toSatisfy((reason: Reason) => (typeof words === 'string' ? english(reason).includes(words) : words.test(english(reason))));
}
