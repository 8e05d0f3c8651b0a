import { type ParamsOf, type ParamValue, type Reason, type ReasonCode, reasonText } from '#messages/reason';

export type { ParamValue, Reason };

/** Longer texts of other programs say nothing more. */
const TEXT_MAX = 1000;
const LIST_MAX = 100;

/** A reason of the catalogue with its parameters, each text and list of them bounded. */
export function because<Code extends ReasonCode>(code: Code, params: ParamsOf<Code>): Reason {
  const entries = Object.entries(params as Readonly<Record<string, ParamValue>>).map(([name, value]) => [name, bounded(value)]);
  return { code, params: Object.fromEntries(entries) };
}

/** One reason of several; the only one where there is one. */
export function together(whys: readonly Reason[]): Reason {
  const [only] = whys;
  return only && whys.length === 1 ? only : because('several', { whys });
}

function bounded(value: ParamValue): ParamValue {
  if (typeof value === 'string') return value.length > TEXT_MAX ? `${value.slice(0, TEXT_MAX)}…` : value;
  return Array.isArray(value) ? value.slice(0, LIST_MAX) : value;
}

/** In English: for logs of crashes, and where nobody's language is known. */
export function english(reason: Reason): string {
  return reasonText('en', reason);
}

/** A reason that came over a wire or out of the ledger. What is none is kept as words. */
export function reasonOf(value: unknown): Reason {
  if (isReason(value)) return value;
  return because('words', { text: typeof value === 'string' ? value : JSON.stringify(value ?? null) });
}

export function isReason(value: unknown): value is Reason {
  if (typeof value !== 'object' || value === null || !('code' in value) || typeof value.code !== 'string') return false;
  return 'params' in value && typeof value.params === 'object' && value.params !== null;
}

export function isSameReason(one: Reason, other: Reason): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
