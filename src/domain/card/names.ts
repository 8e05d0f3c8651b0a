import { type CardFacts, type CompiledPattern, readCardPath } from './facts.ts';
import { type Leftovers, withPlace } from './leftovers.ts';
import { shownPath } from './path.ts';

/** The rules by which the names on one card are read. */
export interface NameRules {
  /** The site's own, then those of the driver that was chosen. */
  readonly patterns: readonly CompiledPattern[];
  /** Of every driver: a card may hold files of other recorders too. */
  readonly others: readonly CompiledPattern[];
  readonly leftovers: Leftovers;
}

/**
 * What one file's name and place tell. A file that only another driver knows keeps what its name says of whose it is and when it began. How
 * that driver's family joins segments is not asked, because this card is not of that family.
 */
export function readName(path: string, { patterns, others, leftovers }: NameRules): CardFacts {
  return withPlace(path, readFacts(path, patterns, others), leftovers);
}

function readFacts(path: string, patterns: readonly CompiledPattern[], others: readonly CompiledPattern[]): CardFacts {
  const own = readCardPath(path, patterns);
  const shown = shownPath(path);
  if (own.sidecar || patterns.some(({ matcher }) => matcher.test(shown))) return own;
  const { claimedStart, deviceNumber, officerId, important } = readCardPath(path, others);
  return {
    ...own,
    ...(claimedStart === undefined ? {} : { claimedStart }),
    ...(deviceNumber === undefined ? {} : { deviceNumber }),
    ...(officerId === undefined ? {} : { officerId }),
    ...(important === undefined ? {} : { important }),
  };
}

/** Whose each file of a card is, as a recorder's serial. */
export type OwnerOf = (facts: Pick<CardFacts, 'deviceNumber'>) => string;

/** Digits that two writings of one number must share: a recorder tells 0012345 on the bus and DSJ0012345 in its names. */
const DIGITS_SHARED = 5;

/**
 * A file whose name tells another recorder's number belongs to that recorder, also on this card. The card's own recorder is known by the
 * number under which it is docked. Where no name has that number (it came from the bus or from a person), the number in more than half of
 * the names counts as its own.
 */
export function ownersOn(files: readonly { readonly facts: CardFacts }[], docked: string): OwnerOf {
  const counts = new Map<string, number>();
  for (const { facts } of files) {
    if (facts.deviceNumber === undefined || facts.foundIn !== undefined) continue;
    counts.set(facts.deviceNumber, (counts.get(facts.deviceNumber) ?? 0) + 1);
  }
  const numbers = [...counts.keys()];
  const same = numbers.filter((number) => isSameNumber(number, docked));
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const own = new Set(same.length > 0 ? same : numbers.filter((number) => (counts.get(number) ?? 0) * 2 > total));
  return ({ deviceNumber }) => (deviceNumber === undefined || own.has(deviceNumber) ? docked : deviceNumber);
}

function isSameNumber(one: string, other: string): boolean {
  const [short = '', long = ''] = [one.toUpperCase(), other.toUpperCase()].sort((a, b) => a.length - b.length);
  if (short === long) return true;
  return short.length >= DIGITS_SHARED && long.endsWith(short) && /^[A-Z]*$/.test(long.slice(0, -short.length));
}
