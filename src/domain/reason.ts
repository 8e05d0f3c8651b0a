import type { ParamsOf, ParamValue, Reason, ReasonCode } from '#messages/reason';

export type { Reason };

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
