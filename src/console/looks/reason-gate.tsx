import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useRows } from '../client/queries.ts';
import { AreaField, Button, ButtonLink, Loading, SelectField } from '../kit/kit.tsx';
import { useLanguage, useSay, useWord } from '../texts/say.ts';
import styles from './looks.module.css';
import { type Action, narrowest, useRights } from './rights.ts';

/** Why somebody looks, as requests say it. */
export interface Stated {
  /** `CODE` or `CODE: words`; null: none is asked for. */
  readonly reason: string | null;
  readonly forCase: string | null;
}

interface GateProps {
  readonly recordings: readonly string[];
  readonly actions: readonly Action[];
  /** Cases that the recordings belong to, to choose from. */
  readonly cases: readonly string[];
  readonly onStated: (stated: Stated) => void;
}

/** What was stated last in this tab: it is offered again, and said anew with each look. */
const KEPT = 'evidock-stated';

interface Kept {
  readonly code: string;
  readonly words: string;
}

function kept(): Kept {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? '') as Kept;
  } catch {
    return { code: '', words: '' };
  }
}

/** Stands before footage: lets through at once, asks for a reason, or says that an approval is needed or nothing allows it. What is let through here is decided anew by the station with each request. */
export function ReasonGate({ recordings, actions, cases, onStated }: GateProps) {
  const say = useSay();
  const word = useWord();
  const language = useLanguage();
  const effectOf = useRights(recordings);
  const purposes = useRows('GET /api/v1/purposes', {}, { topics: ['policies'] });
  const [code, setCode] = useState(() => kept().code);
  const [words, setWords] = useState(() => kept().words);
  const [forCase, setForCase] = useState(cases[0] ?? '');
  const effect = effectOf ? narrowest(recordings.flatMap((id) => actions.map((action) => effectOf(id, action)))) : undefined;
  const through = useRef(false);
  useEffect(() => {
    if (effect !== 'allow' || through.current) return;
    through.current = true;
    onStated({ reason: null, forCase: null });
  }, [effect, onStated]);
  if (effect === undefined || purposes.loading) return <Loading />;
  if (effect === 'allow') return null;
  const asked = recordings.map((id) => `recording=${encodeURIComponent(id)}`).join('&');
  if (effect === 'refuse' || effect === 'needs-approval')
    return (
      <section className={styles.gate} aria-labelledby="gate-title">
        <h2 id="gate-title">{say(effect === 'refuse' ? 'gate.refused' : 'gate.approval')}</h2>
        <p>{say(effect === 'refuse' ? 'gate.refused.about' : 'gate.approval.about')}</p>
        <p className={styles.muted}>{actions.map((action) => word('action', action)).join(' · ')}</p>
        {effect === 'needs-approval' ? (
          <ButtonLink href={`/requests/new?${asked}`} look="primary">
            {say('gate.ask')}
          </ButtonLink>
        ) : null}
      </section>
    );
  const chosen = purposes.rows.find((purpose) => purpose.code === code);
  const state = (event: FormEvent) => {
    event.preventDefault();
    if (!chosen || chosen.approval) return;
    sessionStorage.setItem(KEPT, JSON.stringify({ code, words }));
    const own = words.trim();
    onStated({ reason: own === '' ? code : `${code}: ${own}`, forCase: forCase === '' ? null : forCase });
  };
  return (
    <section className={styles.gate} aria-labelledby="gate-title">
      <h2 id="gate-title">{say('gate.title')}</h2>
      <p>{say('gate.about')}</p>
      <form className={styles.form} onSubmit={state}>
        <SelectField
          label={say('gate.purpose')}
          needed
          value={code}
          onChange={(event) => setCode(event.target.value)}
          choices={[
            { value: '', label: say('gate.choose') },
            ...purposes.rows.map(({ code: value, title }) => ({ value, label: title[language] })),
          ]}
        />
        {cases.length > 0 ? (
          <SelectField
            label={say('gate.case')}
            value={forCase}
            onChange={(event) => setForCase(event.target.value)}
            choices={[...cases.map((number) => ({ value: number, label: number })), { value: '', label: say('gate.no-case') }]}
          />
        ) : null}
        <AreaField
          label={say('gate.words')}
          value={words}
          maxLength={500}
          needed={chosen?.words ?? false}
          onChange={(event) => setWords(event.target.value)}
        />
        {chosen?.approval ? (
          <>
            <p role="alert">{say('gate.purpose-approval')}</p>
            <ButtonLink href={`/requests/new?${asked}&purpose=${encodeURIComponent(code)}`}>{say('gate.ask')}</ButtonLink>
          </>
        ) : (
          <Button type="submit" look="primary" disabled={!chosen}>
            {say('gate.enter')}
          </Button>
        )}
      </form>
    </section>
  );
}
