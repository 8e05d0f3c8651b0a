import { CONFIDENTIALITY, type Confidentiality } from '#domain/protection';
import { CATEGORIES } from '#domain/registry';
import type { RetentionCase, RetentionFacts } from './facts.ts';
import type { Assumption } from './retention-term.ts';
import type { RetentionMatch, RetentionRule, RetentionSchedule } from './schedule.ts';

/** How a rule matches: not at all, by what somebody told, or by assumption (which only lengthens). */
export type Match = 'no' | 'told' | Exclude<Assumption, 'source-missing'>;

/** Whether nobody has told a category, or one that this software does not know. */
export function isUnknownCategory({ category }: Pick<RetentionFacts, 'category'>): boolean {
  return !CATEGORIES.some((each) => each === category);
}

/** The rules that are for the agency of the schedule, in order. */
export function rulesOfAgency({ agency, rules }: Pick<RetentionSchedule, 'agency' | 'rules'>): readonly RetentionRule[] {
  return rules.filter(({ match: { sectors, regions } }) => {
    const inSector = sectors === undefined || sectors.some((each) => agency.sectors.includes(each));
    // `CN` means all of `CN-37` too.
    const inRegion = regions === undefined || regions.some((each) => agency.region === each || agency.region.startsWith(`${each}-`));
    return inSector && inRegion;
  });
}

/** How a rule of the agency matches a recording. */
export function matchOf({ match }: Pick<RetentionRule, 'match'>, facts: RetentionFacts): Match {
  if (!hasPlainTraits(match, facts)) return 'no';
  const ofCase = casesMatch(match, facts);
  if (ofCase === 'no') return ofCase;
  const ofStage = valuesMatch(match.stages, facts, 'stage');
  if (ofStage === 'no') return ofStage;
  const ofCategory = categoriesMatch(match, facts);
  if (ofCategory === 'no') return ofCategory;
  // Each is told or assumed by now; one that is assumed makes the whole so.
  if (ofCase !== 'told') return ofCase;
  return ofStage === 'told' ? ofCategory : ofStage;
}

/** What a recording has of itself. */
function hasPlainTraits(match: RetentionMatch, facts: RetentionFacts): boolean {
  if (match.kinds && !match.kinds.includes(facts.kind)) return false;
  if (match.units && !match.units.some((unit) => facts.units.includes(unit))) return false;
  if (match.levelMin && rankOf(facts.level) < rankOf(match.levelMin)) return false;
  if (match.important !== undefined && match.important !== facts.important) return false;
  return !(match.foundInBin && !facts.foundInBin) && !(match.damaged && !facts.damaged);
}

function casesMatch({ case: wanted }: RetentionMatch, { cases }: RetentionFacts): Match {
  if (wanted === undefined) return 'told';
  if (wanted === 'none') return cases.length === 0 ? 'told' : 'no';
  return tieOf(cases);
}

/** Of cases that a rule is about: told by one of them that is no mere suggestion. */
function tieOf(cases: readonly RetentionCase[]): Match {
  if (cases.length === 0) return 'no';
  return cases.every(({ tie }) => tie === 'suggested') ? 'case-suggested' : 'told';
}

function valuesMatch(wanted: readonly string[] | undefined, facts: RetentionFacts, field: 'stage' | 'category'): Match {
  if (wanted === undefined || isWanted(wanted, facts[field])) return 'told';
  if (field === 'category' && facts.formerCategories.some((each) => isWanted(wanted, each))) return 'told';
  return tieOf(facts.cases.filter((each) => isWanted(wanted, each[field])));
}

function isWanted(wanted: readonly string[], value: string | null): boolean {
  return value !== null && wanted.includes(value);
}

/** A recording of unknown category is kept as long as any of them asks for. */
function categoriesMatch({ categories }: RetentionMatch, facts: RetentionFacts): Match {
  const found = valuesMatch(categories, facts, 'category');
  return found !== 'told' && isUnknownCategory(facts) ? 'category-unknown' : found;
}

function rankOf(level: Confidentiality | null): number {
  return CONFIDENTIALITY.indexOf(level ?? 'internal');
}
