import type { Schemas } from '../../client/api.ts';

type Recording = Schemas['Recording'];
type Tags = Schemas['TagBody'];

/** So many cases are offered to be touched; the others are typed. */
const LIKELY_MAX = 4;

/** What brings a recording back to how it was, and touches nothing that `body` did not change. */
export function undoOf({ caseNumbers, category, important, officerId }: Recording, body: Tags): Tags {
  const added = (body.cases ?? []).filter((number) => !caseNumbers.includes(number));
  return {
    ...(added.length === 0 ? {} : { removeCases: added }),
    ...(body.category === undefined ? {} : { category: category as NonNullable<Tags['category']> | null }),
    ...(body.officer === undefined ? {} : { officer: officerId }),
    ...(body.important === undefined ? {} : { important }),
  };
}

interface Asked {
  readonly recordings: readonly Recording[];
  readonly near: readonly Recording[];
  readonly suggestions: readonly Schemas['Suggestion'][];
  readonly cases: readonly Schemas['Case'][];
}

interface LikelyCase {
  readonly number: string;
  readonly title: string | null;
  /** The station suggests it for one of the recordings. */
  readonly suggested: boolean;
}

/** Cases to offer: those that are suggested for the recordings, those of the recordings around them, the newest. */
export function likelyCases({ recordings, near, suggestions, cases }: Asked): readonly LikelyCase[] {
  const ids = new Set(recordings.map(({ id }) => id));
  const suggested = new Set(suggestions.filter(({ recordingId }) => ids.has(recordingId)).map(({ caseNumber }) => caseNumber));
  const around = near.flatMap(({ caseNumbers }) => caseNumbers);
  const newest = cases.filter(({ state }) => state !== 'closed').map(({ number }) => number);
  const titles = new Map(cases.map(({ number, title }) => [number, title]));
  return [...new Set([...suggested, ...around, ...newest])]
    .slice(0, LIKELY_MAX)
    .map((number) => ({ number, title: titles.get(number) ?? null, suggested: suggested.has(number) }));
}
