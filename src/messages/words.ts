import { bytesText, spanText } from './figures.ts';
import { filled } from './template.ts';

export interface ErrorWords {
  readonly what: string;
  readonly remedy: string;
}

/** A reason as it is told (reason.ts), of this version or of another. */
interface Coded {
  readonly code: string;
  readonly params: Readonly<Record<string, Value>>;
}
type Value = string | number | Coded | readonly (string | number | Coded)[];

/** What one language has for what is told by codes. A program that shows one language loads no other. */
export interface Words {
  readonly language: 'en' | 'zh-CN';
  readonly reasons: Readonly<Record<string, string>>;
  readonly errors: Readonly<Record<string, ErrorWords>>;
  /** Words for codes of families, by keys such as `place.vault`. */
  readonly texts: Readonly<Record<string, string>>;
}

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

/** What an error code means, and what to do. For a code that this version does not know: the code itself, and nothing to do. */
export function errorIn({ errors }: Pick<Words, 'errors'>, code: string): ErrorWords {
  return (Object.hasOwn(errors, code) ? errors[code] : undefined) ?? { what: code, remedy: '' };
}

/** The sentence of a reason. Never throws: for a code that this version does not know, the parameters are shown. */
export function reasonIn(words: Words, reason: Coded): string {
  const { reasons } = words;
  const template = Object.hasOwn(reasons, reason.code) ? reasons[reason.code] : undefined;
  const shown = (name: string) => paramText(words, name, reason.params[name]);
  if (template === undefined) return [reason.code, ...Object.keys(reason.params).map((name) => `${name} ${shown(name)}`)].join(' ');
  return filled(template, shown);
}

function paramText(words: Words, name: string, value: Value | undefined): string | number | undefined {
  const { language } = words;
  if (name === 'course' || name === 'before') return language === 'en' ? String(value) : (COURSE_ZH[String(value)] ?? String(value));
  if (name === 'failure') return errorIn(words, String(value)).what;
  if (name === 'remedy') return errorIn(words, String(value)).remedy;
  if (typeof value === 'string') return language === 'en' ? value : wordOf(words, name, value);
  if (value === undefined) return value;
  if (typeof value === 'number') return SIZES.has(name) ? bytesText(value) : SPANS.has(name) ? spanText(language, value) : value;
  if ('code' in value) return reasonIn(words, value);
  const between = name === 'whys' ? (language === 'en' ? '; ' : '；') : language === 'en' ? ', ' : '、';
  return value.map((each) => (typeof each === 'object' ? reasonIn(words, each) : String(paramText(words, name, each)))).join(between);
}

/** The Chinese word for a code; the text itself if it is no code. */
function wordOf({ texts }: Words, name: string, text: string): string {
  const key = (Object.hasOwn(WORDS, name) ? WORDS[name] : undefined)
    ?.map((family) => `${family}.${text}`)
    .find((each) => Object.hasOwn(texts, each));
  return (key === undefined ? undefined : texts[key]) ?? text;
}
