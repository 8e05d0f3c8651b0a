import { type CompiledPattern, readCardPath } from '#domain/card/facts';
import { because, type Reason } from '#domain/reason';

/** What a driver says of itself for one card. */
export interface Candidate {
  readonly id: string;
  readonly score: number;
  readonly why: readonly Reason[];
}

interface Choice {
  readonly id: string;
  readonly score: number;
  readonly why: readonly Reason[];
  /**
   * Whether some driver knows the card. True also where two know it as well as each other and so the fallback takes it; false where the
   * fallback takes it because no other driver would.
   */
  readonly known: boolean;
}

const WEAK_BELOW = 40;
const TIE_WITHIN = 5;

/**
 * Chooses the driver: the best score wins; a weak match, or two that are as good as each other, goes to `fallback`, and the
 * reasons say so. Returns the id of the choice.
 */
export function chooseDriver(candidates: readonly Candidate[], fallback: string): Choice {
  const [best, second] = [...candidates]
    .filter((candidate) => candidate.id !== fallback && candidate.score > 0)
    .sort((a, b) => b.score - a.score);
  if (!best) return { id: fallback, score: 0, why: [because('layout-unknown', {})], known: false };
  if (best.score < WEAK_BELOW) {
    return {
      id: fallback,
      score: best.score,
      why: [because('weak-match', { driver: best.id, score: best.score, whys: best.why }), because('taken-as-is', {})],
      known: false,
    };
  }
  if (second && best.score - second.score < TIE_WITHIN) {
    return {
      id: fallback,
      score: best.score,
      why: [
        because('match-tie', { driver: best.id, score: best.score, other: second.id, otherScore: second.score }),
        because('taken-as-is', {}),
      ],
      known: true,
    };
  }
  return { id: best.id, score: best.score, why: best.why, known: true };
}

/**
 * The files of a sample by which a driver is scored; `patterns` are its own, and paths are as people read them. If the patterns know more
 * than half of the footage, the rest of it is left out: one clip of another camera, or a bin full of them, says nothing of the recorder
 * that made all the others. If they know less, the driver sees every file.
 */
export function withoutMinority<E extends { readonly path: string }>(
  sample: readonly E[],
  patterns: readonly CompiledPattern[],
): readonly E[] {
  const foreign = new Set(sample.filter(({ path }) => isFootage(path) && !patterns.some(({ matcher }) => matcher.test(path))));
  const footage = sample.filter(({ path }) => isFootage(path)).length;
  return foreign.size * 2 < footage ? sample.filter((entry) => !foreign.has(entry)) : sample;
}

/** By the extension alone: previews and tracks are no footage. */
function isFootage(path: string): boolean {
  const { kind, sidecar } = readCardPath(path, []);
  return !sidecar && (kind === 'video' || kind === 'audio' || kind === 'photo');
}
