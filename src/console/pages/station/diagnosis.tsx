import { useState } from 'react';
import { type Answer, ask } from '../../client/request.ts';
import { Badge, Button, Panel, type Tone } from '../../kit/kit.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { useWork } from '../../kit/use-work.ts';
import { useReason, useSay, useWord } from '../../texts/say.ts';
import styles from './station.module.css';

type Finding = Answer<'GET /api/v1/diagnosis'>['findings'][number];
const TONES: Readonly<Record<Finding['state'], Tone>> = { good: 'good', warning: 'warn', bad: 'bad' };
/** What is to be seen to stands first. */
const ORDER: readonly Finding['state'][] = ['bad', 'warning', 'good'];

/** What `evidock doctor` finds, with what to do. Asked for by a button: it takes seconds, and starts programs. */
export function Diagnosis() {
  const say = useSay();
  const word = useWord();
  const { reason } = useReason();
  const { busy, error, begin } = useWork();
  const [found, setFound] = useState<readonly Finding[] | null>(null);
  const look = () => begin(async () => setFound((await ask('GET /api/v1/diagnosis', {})).findings));
  const sorted = [...(found ?? [])].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
  const count = (state: Finding['state']) => sorted.filter((each) => each.state === state).length;
  return (
    <Panel
      title={say('diagnosis.title')}
      actions={
        <Button busy={busy} onClick={() => void look()}>
          {say(found === null ? 'diagnosis.look' : 'diagnosis.again')}
        </Button>
      }
    >
      <p role="status" className={styles.muted}>
        {busy
          ? say('diagnosis.looking')
          : found === null
            ? say('diagnosis.about')
            : say('diagnosis.counts', { bad: count('bad'), warnings: count('warning'), good: count('good') })}
      </p>
      {error ? <ProblemNote error={error} /> : null}
      <ul>
        {sorted.map(({ name, state, reason: why, remedy }) => (
          <li key={name} className={styles.row}>
            <span className={styles.mark}>
              <Badge tone={TONES[state]}>{word('check', name)}</Badge>
            </span>
            <span className={styles.grow}>
              {reason(why)}
              {remedy === null ? null : <p className={styles.remedy}>{say('diagnosis.remedy', { remedy: reason(remedy) })}</p>}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
