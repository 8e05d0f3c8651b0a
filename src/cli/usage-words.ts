import type { CommanderError } from 'commander';
import { hasText, type Say } from '#messages/language';

/** Says in words what is wrong with a command line. Commander says it in English, with the thing in question between quotes. */
export function usageWords({ code, message }: CommanderError, say: Say): string {
  const key = `usage.${code.replace('commander.', '')}`;
  const plain = message.replace(/^error: /, '');
  if (!hasText(key)) return plain;
  const [first, second] = [...plain.matchAll(/'([^']*)'/g)].map(([, quoted]) => quoted);
  const choices = /Allowed choices are (.+)\.$/.exec(plain)?.[1];
  const rule = choices ?? /is invalid(?: for argument '[^']*')?\. (.+)$/.exec(plain)?.[1];
  const meant = /\(Did you mean (?:one of )?(.+?)\?\)/.exec(plain)?.[1];
  // For an argument Commander names the value before the argument.
  const words = plain.startsWith('command-argument value')
    ? say('usage.badArgument', { first: second, second: first, rule })
    : say(key, { first, second, rule });
  return meant === undefined ? words : `${words} ${say('usage.meant', { meant })}`;
}
