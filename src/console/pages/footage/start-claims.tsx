import type { Schemas } from '../../client/api.ts';
import { Badge, type Tone } from '../../kit/kit.tsx';
import { Time } from '../../kit/time.tsx';
import { useSay, useWord } from '../../texts/say.ts';
import styles from './footage.module.css';

type Claim = Schemas['StartClaim'];

const TONES: Readonly<Record<Claim['verdict'], Tone>> = { used: 'good', agrees: 'good', differs: 'warn', 'not-used': 'plain' };
const shown = (written: string) => written.slice(0, 19).replace('T', ' ');

/** Everything that tells when a recording started, and what became of each claim. */
export function StartClaims({ claims }: { readonly claims: readonly Claim[] }) {
  const say = useSay();
  const word = useWord();
  if (claims.length === 0) return null;
  return (
    <section aria-label={say('recording.claims')}>
      <h3>{say('recording.claims')}</h3>
      <ul>
        {claims.map(({ source, reading, written, until, start, verdict, why }) => (
          <li key={`${source} ${reading} ${written}`} className={styles.row}>
            <span className={styles.grow}>
              {word('claim', source)} <Time at={start} to="second" />
              <p className={styles.muted}>
                {shown(written)}
                {until === null ? '' : ` – ${shown(until)}`} · {readingWords(reading, word)}
              </p>
            </span>
            <Badge tone={TONES[verdict]}>{[word('verdict', verdict), ...(why === null ? [] : [word('why', why)])].join(' · ')}</Badge>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Several readings stand in one code: `local-end`. */
function readingWords(reading: string, word: (family: string, code: string) => string): string {
  const whole = word('reading', reading);
  if (whole !== `reading.${reading}` && whole !== reading) return whole;
  return reading
    .split('-')
    .map((part) => word('reading', part))
    .join(' · ');
}
