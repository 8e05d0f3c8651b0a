import { Link } from 'wouter';
import type { Schemas } from '../../client/api.ts';
import { Badge, type Tone } from '../../kit/kit.tsx';
import { useSay, useWord } from '../../texts/say.ts';

export type CallUp = Schemas['CallUpRequest'];

export const STATES = ['asked', 'by-rule', 'urgent', 'approved', 'narrowed', 'refused', 'withdrawn', 'ended'] as const;

const TONES: Readonly<Record<CallUp['state'], Tone>> = {
  asked: 'warn',
  'by-rule': 'good',
  urgent: 'bad',
  approved: 'good',
  narrowed: 'good',
  refused: 'bad',
  withdrawn: 'plain',
  ended: 'plain',
};

export function RequestState({ state }: { readonly state: CallUp['state'] }) {
  const word = useWord();
  return <Badge tone={TONES[state]}>{word('request-state', state)}</Badge>;
}

/** What is asked for, with a link to it. */
export function Target({ target }: { readonly target: CallUp['target'] }) {
  const say = useSay();
  if (target.case !== null)
    return <Link href={`/cases/${encodeURIComponent(target.case)}`}>{say('request.of-case', { number: target.case })}</Link>;
  if (target.officer !== null)
    return (
      <>
        {say('request.of-officer', {
          officer: target.officer,
          from: target.from?.slice(0, 16).replace('T', ' '),
          to: target.to?.slice(0, 16).replace('T', ' '),
        })}
      </>
    );
  const [first] = target.recordings;
  return (
    <>
      {say('request.of-recordings', { count: target.recordings.length })}{' '}
      {first === undefined ? null : <Link href={`/recordings/${first}`}>{first}</Link>}
    </>
  );
}

export function useActions(): (actions: readonly string[]) => string {
  const word = useWord();
  return (actions) => actions.map((action) => word('action', action)).join('、');
}
