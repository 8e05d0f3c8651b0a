import type { REASONS_EN } from './reasons/en.ts';
import type { Holes } from './template.ts';
import { reasonIn } from './words.ts';
import { wordsEn } from './words-en.ts';
import { wordsZhCN } from './words-zh-CN.ts';

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

/** The sentence of a reason in one language. Never throws: for a code that this version does not know, the parameters are shown. */
export function reasonText(language: 'en' | 'zh-CN', reason: Reason): string {
  return reasonIn(language === 'en' ? wordsEn : wordsZhCN, reason);
}
