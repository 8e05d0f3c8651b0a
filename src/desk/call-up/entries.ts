import type { CallUpRequest, Target } from '#domain/call-up/request';
import { isoOrNull } from '#domain/vault/manifest';

/** A target as custody entries tell it. */
export function toldTarget(target: Target) {
  const nothing = { case: null, officer: null, from: null, to: null };
  if (target.by === 'case') return { ...nothing, by: 'case', case: target.number };
  if (target.by === 'recordings') return { ...nothing, by: 'recordings' };
  return { ...nothing, by: 'officer', officer: target.officer, from: isoOrNull(target.fromMs), to: isoOrNull(target.toMs) };
}

export function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}

/** Single recordings that a request names. */
export function namedIn({ target }: Pick<CallUpRequest, 'target'>): readonly string[] {
  return target.by === 'recordings' ? target.ids : [];
}
