import type { ReactNode } from 'react';
import type { Schemas } from '../../client/api.ts';
import { lengthText, sizeText } from '../../kit/figures.ts';
import { Time } from '../../kit/time.tsx';
import { usePurposes } from '../../looks/purposes.ts';
import { useSay, useWord } from '../../texts/say.ts';
import styles from './footage.module.css';

interface LookRowProps {
  readonly look: Schemas['Look'];
  /** What was looked at, where that is not told by the page. */
  readonly children?: ReactNode;
}

/** One look in words: who, as what, when, how much of it, and why. */
export function LookRow({ look: { at, part, who, why, seen }, children }: LookRowProps) {
  const say = useSay();
  const word = useWord();
  const purposeOf = usePurposes();
  const original = /^original (\d+)$/.exec(part ?? '')?.[1];
  const playedMs = seen?.played?.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0) ?? null;
  const much = playedMs !== null ? say('look.played', { length: lengthText(playedMs) }) : seen ? sizeText(seen.bytes) : null;
  const reason = [why.reason === null ? null : purposeOf(why.reason), why.case].filter(Boolean).join(' · ');
  return (
    <li className={styles.row}>
      <span className={styles.grow}>
        <strong>{who.name ?? '—'}</strong> <span className={styles.muted}>{who.roles.map((role) => word('role', role)).join('、')}</span>
        <p className={styles.muted}>
          <Time at={at} to="second" /> ·{' '}
          {original === undefined ? word('derivative', part) : say('recording.original', { index: original })}
          {much === null ? null : ` · ${much}`}
        </p>
      </span>
      {children}
      <span className={styles.muted}>{reason === '' ? say('look.no-reason') : reason}</span>
    </li>
  );
}
