import type { Schemas } from '../../client/api.ts';
import { dayOf, timeText } from '../../kit/time.tsx';
import { hasText, type TextKey, useLanguage, useReason, useSay, useWord } from '../../texts/say.ts';

export type Until = Schemas['RetentionTerm']['until'];
export type Rule = Schemas['RetentionScheduleText']['rules'][number];
export type Finding = NonNullable<Schemas['Hold']['report']>['findings'][number];

const DAY_MS = 86_400_000;
const MIDNIGHT = /T00:00:00(\.0+)?[Z+-]/;

/** The last day that lies wholly before a moment of the API: terms end with the local day. */
function lastDayBefore(at: string): string {
  if (!MIDNIGHT.test(at)) return dayOf(at);
  return new Date(Date.parse(`${dayOf(at)}T00:00:00Z`) - DAY_MS).toISOString().slice(0, 10);
}

/** Until when something is kept: `至 2026-12-20`. */
export function useUntil(): (until: Until | null) => string {
  const say = useSay();
  return (until) => {
    if (until === null) return '—';
    if (until.kind === 'permanent') return say('until.permanent');
    if (until.kind === 'instant' && until.at !== null) return say('keeping.to-day', { day: lastDayBefore(until.at) });
    const key = `keeping.waits.${until.for ?? ''}`;
    return hasText(key) ? say(key) : say('until.waiting');
  };
}

/** Who did something: the name, or what kind of hand it was where there is no account. */
export function useWho(): (name: string | null, id: string | null) => string {
  const say = useSay();
  return (name, id) => {
    if (name !== null) return name;
    if (id === null) return '—';
    if (id === 'machine' || id.startsWith('cli')) return say('who.machine');
    return id.startsWith('station') ? say('who.station') : id;
  };
}

const PERIOD = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?$/;
const WORKING = /^(\d+) working-days$/;

/** A term as schedules write it, in words: `6 个月`. */
export function useTerm(): (term: string | null) => string {
  const say = useSay();
  return (term) => {
    if (term === null) return say('rule.none');
    if (term === 'permanent') return say('retention-term.permanent');
    const working = WORKING.exec(term);
    if (working) return say('term.working-days', { count: working[1] });
    const [, ...counts] = PERIOD.exec(term) ?? [];
    const units: readonly TextKey[] = ['term.years', 'term.months', 'term.weeks', 'term.days'];
    const words = units.flatMap((key, at) => (counts[at] === undefined ? [] : [say(key, { count: counts[at] })]));
    return words.length === 0 ? term : words.join(' ');
  };
}

const FAMILIES: Readonly<Record<string, string>> = {
  kinds: 'kind',
  categories: 'category',
  stages: 'stage',
  levelMin: 'level',
  sectors: 'retention-sector',
};

/** Which recordings a rule is for, one condition each; none: all. */
export function useMatch(): (match: Rule['match']) => readonly string[] {
  const say = useSay();
  const word = useWord();
  const join = useJoin();
  return (match) =>
    Object.entries(match).map(([name, value]) => {
      const family = FAMILIES[name];
      const list = (Array.isArray(value) ? value : [value]) as readonly (string | boolean)[];
      const words = list.map((each) => (family === undefined ? String(each) : word(family, String(each))));
      const exact = `match.${name}.${String(value)}`;
      if (hasText(exact)) return say(exact);
      const key = `match.${name}`;
      return hasText(key) ? say(key, { values: join(words) }) : `${name} ${join(words)}`;
    });
}

export function useJoin(): (texts: readonly string[]) => string {
  const language = useLanguage();
  return (texts) => texts.join(language === 'en' ? ', ' : '、');
}

/** A finding of completeness in words. */
export function useFinding(): (finding: Finding) => string {
  const say = useSay();
  const { reason } = useReason();
  return ({ code, parameters }) => {
    const key = `finding.${code}`;
    if (!hasText(key)) return code;
    const { why, ...told } = parameters as Readonly<Record<string, string | number>> & { readonly why?: Schemas['Reason'] };
    return why === undefined ? say(key, told) : `${say(key, told)}: ${reason(why)}`;
  };
}

/** By which schedule a list is due: `schedule-2` in words. */
export function useBasis(): (rule: string) => string {
  const say = useSay();
  return (rule) => {
    const [, version] = /^schedule-(\d+)$/.exec(rule) ?? [];
    return version === undefined ? rule : say('disposal.schedule', { version });
  };
}

/** What a hold is for, one condition each. */
export function useScope(): (scope: Schemas['Hold']['scope'], unitName?: string) => readonly string[] {
  const say = useSay();
  return ({ case: number, recordings, officer, recorder, unit, from, to }, unitName) => [
    ...(number === null ? [] : [say('holds.of-case', { number })]),
    ...(recordings.length === 0 ? [] : [say('holds.of-recordings', { count: recordings.length })]),
    ...(officer === null ? [] : [say('holds.of-officer', { officer })]),
    ...(recorder === null ? [] : [say('holds.of-recorder', { recorder })]),
    ...(unit === null ? [] : [say('holds.of-unit', { unit: unitName ?? unit })]),
    ...(from === null || to === null ? [] : [say('holds.of-span', { from: timeText(from), to: timeText(to) })]),
  ];
}
