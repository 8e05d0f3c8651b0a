import { because, type Reason } from '#domain/reason';

/** Code points. NIST SP 800-63B asks for 8 at least and 64 allowed; longer ones gain nothing and cost time. */
const PASSWORD_MIN = 12;
export const PASSWORD_MAX = 256;
/** UTF-16 units before it is normalised, which may make a text 18 times as long. Longer input is no password, whoever sends it. */
export const PASSWORD_UNITS_MAX = 1024;

/** So many digits or signs around a common word, such as a date of birth, do not make it uncommon. */
const DECORATION_MAX = 8;
/** A unit of this length that is repeated is easily guessed, whatever it is. */
const SHORT_UNIT = 3;

/** What a password may not be close to. */
interface Guessable {
  /** Common passwords, lower case. */
  readonly common: ReadonlySet<string>;
  /** Words that anybody would try for this person here: account, name, station. */
  readonly own: readonly string[];
}

/**
 * The form in which a password is hashed: NFKC, so that it is the same from every keyboard (NIST SP 800-63B, 5.1.1.2). null: it cannot be one, because it is too
 * long or no whole text.
 */
export function normalPassword(text: string): string | null {
  return text.length > PASSWORD_UNITS_MAX || !text.isWellFormed() ? null : text.normalize('NFKC');
}

/**
 * Why a new password may not be taken; null if it may. There are no rules of composition: length, and not being one that is tried first. Characters without
 * a meaning yet, and control characters, are refused, because they may be normalised otherwise by a later version, or not be typed again.
 */
export function passwordFault(text: string, guessable: Guessable): Reason | null {
  const password = normalPassword(text);
  if (password === null) return because('password-not-text', { limit: PASSWORD_MAX });
  if (/\p{Cc}|\p{Cn}|\p{Cs}/u.test(password)) return because('password-characters', {});
  const points = [...password];
  if (points.length < PASSWORD_MIN) return because('password-short', { limit: PASSWORD_MIN });
  if (points.length > PASSWORD_MAX) return because('password-not-text', { limit: PASSWORD_MAX });
  const folded = [...password.toLowerCase()];
  return isCommon(folded, guessable) ? because('password-common', {}) : null;
}

function isCommon(points: readonly string[], { common, own }: Guessable): boolean {
  const words = new Set(
    own.flatMap((word) => [fold(word), fold(word).replaceAll(/\P{L}/gu, '')]).filter((word) => [...word].length > SHORT_UNIT),
  );
  const isWord = (word: string) => common.has(word) || words.has(word);
  const unit = repeatedUnit(points);
  if (unit.length <= SHORT_UNIT || (unit.length < points.length && isWord(unit.join('')))) return true;
  if (isWord(points.join('')) || isRow(points)) return true;
  return [...cores(points)].some(isWord);
}

function fold(word: string): string {
  return word.normalize('NFKC').toLowerCase();
}

/** The shortest beginning that gives the whole when it is repeated, the last time perhaps in part. */
function repeatedUnit(points: readonly string[]): readonly string[] {
  for (let length = 1; length < points.length; length++)
    if (points.every((point, at) => point === points[at % length])) return points.slice(0, length);
  return points;
}

/** `abcdefghijkl`, `210987654321`: each character is the one after, or the one before, its neighbour. */
function isRow(points: readonly string[]): boolean {
  const next = (one: string, other: string, step: number) => {
    const [from = 0, to = 0] = [one, other].map((point) => point.codePointAt(0) ?? 0);
    const wraps = /^\d$/.test(one) && /^\d$/.test(other) && (Number(other) - Number(one) - step) % 10 === 0;
    return to - from === step || wraps;
  };
  return [1, -1].some((step) => points.slice(1).every((point, at) => next(points[at] ?? '', point, step)));
}

/** What is left when up to eight characters are taken away at both ends together, none of which is a letter. */
function* cores(points: readonly string[]): Generator<string> {
  const isLetter = (point: string | undefined) => point === undefined || /\p{L}/u.test(point);
  for (let before = 0; before <= DECORATION_MAX; before++) {
    for (let after = 0; before + after <= DECORATION_MAX; after++) {
      if (before + after > 0) yield points.slice(before, points.length - after).join('');
      if (isLetter(points[points.length - 1 - after])) break;
    }
    if (isLetter(points[before])) break;
  }
}
