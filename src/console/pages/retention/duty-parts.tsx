import { Link } from 'wouter';
import type { Schemas } from '../../client/api.ts';
import { Badge } from '../../kit/kit.tsx';
import { useSession } from '../../shell/session.tsx';
import { useSay, useWord } from '../../texts/say.ts';

type Duty = Schemas['Duty'];

/** Whose duty it is: the role, and the unit where it is of one. */
export function useOwner(): (duty: Duty) => string {
  const word = useWord();
  return ({ owner: { role, unit, unitName } }) => (unit === null ? word('role', role) : `${word('role', role)} · ${unitName ?? unit}`);
}

export function DutyState({ duty: { state, overdue } }: { readonly duty: Duty }) {
  const word = useWord();
  if (overdue) return <Badge tone="bad">{word('duty-state', 'overdue')}</Badge>;
  return <Badge tone={state === 'done' ? 'good' : state === 'acknowledged' ? 'info' : 'warn'}>{word('duty-state', state)}</Badge>;
}

/** What a duty is about, with the way there for whoever has it. */
export function DutySubject({ duty: { subject } }: { readonly duty: Duty }) {
  const say = useSay();
  const { has } = useSession();
  const { kind, id } = subject;
  const to = encodeURIComponent(id);
  const ways: Readonly<Partial<Record<Duty['subject']['kind'], string | false>>> = {
    recording: has('find-footage') && `/recordings/${to}`,
    hold: has('see-retention') && `/holds/${to}`,
    rule: has('read-schedules') && `/retention#rule-${to}`,
    bucket: has('see-health') && '/storage',
    place: has('see-health') && '/storage',
  };
  const href = ways[kind];
  return (
    <>
      {say(`duty-subject.${kind}`)} {href ? <Link href={href}>{id}</Link> : <span data-untranslated>{id}</span>}
    </>
  );
}
