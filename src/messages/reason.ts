import { errorWords } from './error-words.ts';
import { bytesText, spanText } from './figures.ts';
import { REASONS_EN } from './reasons/en.ts';
import { REASONS_ZH } from './reasons/zh-CN.ts';
import { filled, type Holes } from './template.ts';
import { zhCN } from './zh-CN.ts';

export type ReasonCode = keyof typeof REASONS_EN;

/** The types that parameters have by their names. A parameter with any other name is text, or a number that is shown as it is. */
interface ParamTypes {
  readonly why: Reason;
  readonly second: Reason;
  readonly step: Reason;
  readonly whys: readonly Reason[];
  readonly names: readonly (string | number)[];
  readonly relations: readonly string[];
  readonly actions: readonly string[];
  readonly roles: readonly string[];
  /** Bytes, shown as `1.5 GiB`. */
  readonly size: number;
  readonly free: number;
  readonly partSize: number;
  /** Milliseconds, shown as `3 h 12 min`. */
  readonly span: number;
  readonly bytes: number;
  readonly count: number;
  readonly seconds: number;
}

type ParamOf<Name extends string> = Name extends keyof ParamTypes ? ParamTypes[Name] : string | number;

/** The parameters of one code, by name. */
export type ParamsOf<Code extends ReasonCode> = { readonly [Name in Holes<(typeof REASONS_EN)[Code]>]: ParamOf<Name> };

/** A value that a parameter may have: whatever JSON can hold. */
export type ParamValue = string | number | Reason | readonly (string | number | Reason)[];

/** Why something is as it is: a code of the catalogue with its parameters. This is what is kept and sent. A sentence is made of it where a person reads. */
export type Reason = {
  readonly code: ReasonCode;
  readonly params: Readonly<Record<string, ParamValue>>;
};

/** States and steps of a case. */
const COURSE_ZH: Readonly<Record<string, string>> = {
  opened: '立案',
  open: '已立案',
  decided: '决定',
  closed: '结案',
  reopened: '重新开启',
};

/** Parameters whose values are codes of these families of the catalogue (`place.vault`). In English such a code is its own word. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  state: ['work', 'original', 'state', 'suggestion'],
  recordingState: ['state'],
  place: ['place'],
  schema: ['schema'],
  what: ['derivative'],
  kind: ['derivative', 'kind'],
  stage: ['work-stage'],
  task: ['task'],
  roles: ['role'],
  relations: ['relation'],
  actions: ['action'],
  action: ['action'],
  effect: ['effect'],
  formerEffect: ['effect'],
  invariant: ['invariant'],
};

/** Milliseconds, shown as `3 h 12 min`. */
const SPANS = new Set(['span']);
const SIZES = new Set(['size', 'free', 'partSize']);

/** The sentence of a reason in one language. Never throws: for a code that this version does not know, the parameters are shown. */
export function reasonText(language: 'en' | 'zh-CN', reason: Reason): string {
  const texts: Readonly<Record<string, string>> = language === 'en' ? REASONS_EN : REASONS_ZH;
  const template = Object.hasOwn(texts, reason.code) ? texts[reason.code] : undefined;
  const shown = (name: string) => paramText(language, name, reason.params[name]);
  if (template === undefined) return [reason.code, ...Object.keys(reason.params).map((name) => `${name} ${shown(name)}`)].join(' ');
  return filled(template, shown);
}

function paramText(language: 'en' | 'zh-CN', name: string, value: ParamValue | undefined): string | number | undefined {
  if (name === 'course' || name === 'before') return language === 'en' ? String(value) : (COURSE_ZH[String(value)] ?? String(value));
  if (name === 'failure') return errorWords(language, String(value)).what;
  if (name === 'remedy') return errorWords(language, String(value)).remedy;
  if (typeof value === 'string') return language === 'en' ? value : wordOf(name, value);
  if (value === undefined) return value;
  if (typeof value === 'number') return SIZES.has(name) ? bytesText(value) : SPANS.has(name) ? spanText(language, value) : value;
  if ('code' in value) return reasonText(language, value);
  const between = name === 'whys' ? (language === 'en' ? '; ' : '；') : language === 'en' ? ', ' : '、';
  return value
    .map((each) => (typeof each === 'object' ? reasonText(language, each) : String(paramText(language, name, each))))
    .join(between);
}

/** The Chinese word for a code; the text itself if it is no code. */
function wordOf(name: string, text: string): string {
  const words: Readonly<Record<string, string>> = zhCN;
  const key = (Object.hasOwn(WORDS, name) ? WORDS[name] : undefined)
    ?.map((family) => `${family}.${text}`)
    .find((each) => Object.hasOwn(words, each));
  return (key === undefined ? undefined : words[key]) ?? text;
}
