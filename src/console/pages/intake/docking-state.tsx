import type { Schemas } from '../../client/api.ts';
import { Badge, type Tone } from '../../kit/kit.tsx';
import { useSay, useWord } from '../../texts/say.ts';

type Docking = Schemas['Docking'];

/** Something was wrong with it, as `problems=true` of the API has it. */
export function isBad({ state, safeAt, filesRefused }: Docking): boolean {
  return state === 'problem' || state === 'interrupted' || (state === 'removed' && safeAt === null) || filesRefused > 0;
}

const TONES: Readonly<Record<Docking['state'], Tone>> = {
  reading: 'info',
  safe: 'good',
  problem: 'bad',
  removed: 'plain',
  interrupted: 'bad',
};

/** In one word; gone before it was safe is not the same as gone. */
export function DockingState({ docking }: { readonly docking: Docking }) {
  const say = useSay();
  const word = useWord();
  if (docking.state === 'removed' && docking.safeAt === null) return <Badge tone="bad">{say('intake.gone-early')}</Badge>;
  return <Badge tone={TONES[docking.state]}>{word('docking-state', docking.state)}</Badge>;
}
