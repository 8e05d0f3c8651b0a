import { type ByteRange, bytesOfRanges } from './byte-range.ts';
import { because, type Reason, together } from './reason.ts';

const FILES_TOLD_MAX = 5;

/** What intake itself knows to be wrong with a recording, as a reason: files that never came, places that could not be read; null if nothing. */
export function damageFromIntake(
  recording: { readonly originalCount: number; readonly missingCount: number },
  originals: readonly { cardPath: string; bytes: number; gaps: readonly ByteRange[] }[],
): Reason | null {
  const { missingCount, originalCount } = recording;
  const missing = missingCount === 0 ? null : because('files-never-came', { missing: missingCount, files: originalCount });
  const told = [missing, gapsReason(originals)].filter((reason) => reason !== null);
  return told.length === 0 ? null : together(told);
}

/** Why a recording counts as damaged when places of its files could not be read from the recorder; null if all could. */
export function gapsReason(originals: readonly { cardPath: string; bytes: number; gaps: readonly ByteRange[] }[]): Reason | null {
  const damaged = originals.filter(({ gaps }) => gaps.length > 0);
  const whys = damaged.slice(0, FILES_TOLD_MAX).map(({ cardPath, bytes, gaps }) => {
    return because('gaps-of-file', { path: cardPath, missing: bytesOfRanges(gaps), bytes, places: gaps.length });
  });
  const more = damaged.length - whys.length;
  if (more > 0) return because('and-more-files', { whys, more });
  return whys.length === 0 ? null : together(whys);
}
