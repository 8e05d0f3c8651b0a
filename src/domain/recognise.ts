/** What a driver says of itself for one card. */
export interface Candidate {
  readonly id: string;
  readonly score: number;
  readonly why: readonly string[];
}

interface Choice {
  readonly id: string;
  readonly score: number;
  readonly why: readonly string[];
  /** Some driver knows the card: false where the fallback takes it because nobody else would, true where two would as well as each other. */
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
  if (!best) return { id: fallback, score: 0, why: ['no driver knows this layout: every file is taken as it is'], known: false };
  if (best.score < WEAK_BELOW) {
    return {
      id: fallback,
      score: best.score,
      why: [`weak match: ${best.id} with ${best.score} of 100 (${best.why.join('; ')})`, 'every file is taken as it is'],
      known: false,
    };
  }
  if (second && best.score - second.score < TIE_WITHIN) {
    return {
      id: fallback,
      score: best.score,
      why: [`tie: ${best.id} ${best.score}, ${second.id} ${second.score}`, 'every file is taken as it is'],
      known: true,
    };
  }
  return { id: best.id, score: best.score, why: best.why, known: true };
}
