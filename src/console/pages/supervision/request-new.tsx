import { type FormEvent, useState } from 'react';
import { useLocation } from 'wouter';
import type { Schemas } from '../../client/api.ts';
import { useRows } from '../../client/queries.ts';
import { ask } from '../../client/request.ts';
import { CheckSet } from '../../kit/check-set.tsx';
import { DayField } from '../../kit/day-field.tsx';
import { AreaField, Button, ButtonLink, CheckField, PageHead, Panel, SelectField, TextField } from '../../kit/kit.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { useSearchState } from '../../kit/search-state.ts';
import { useLive } from '../../shell/live-mark.tsx';
import { useLanguage, useSay, useWord } from '../../texts/say.ts';
import styles from './supervision.module.css';

type Body = Schemas['CallUpRequestBody'];
type Action = Body['actions'][number];

const ACTIONS = ['look', 'hear', 'download', 'export'] as const;
const HOURS = [4, 8, 24, 72] as const;
const HOUR_MS = 3_600_000;

/** Asks for footage: of a case, of single recordings, or of an officer and a span of time. */
export function Page() {
  const say = useSay();
  const word = useWord();
  const language = useLanguage();
  const { at } = useLive();
  const [, go] = useLocation();
  const [get] = useSearchState();
  const purposes = useRows('GET /api/v1/purposes', {}, { topics: ['policies'] });
  const named = new URLSearchParams(location.search).getAll('recording');
  const [by, setBy] = useState(get('case') !== '' ? 'case' : named.length > 0 ? 'recordings' : 'case');
  const [number, setNumber] = useState(get('case'));
  const [recordings, setRecordings] = useState(named.join(' '));
  const [officer, setOfficer] = useState('');
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const [later, setLater] = useState(false);
  const [actions, setActions] = useState<ReadonlySet<Action>>(new Set(['look', 'hear']));
  const [purpose, setPurpose] = useState(get('purpose'));
  const [words, setWords] = useState('');
  const [hours, setHours] = useState('24');
  const [urgent, setUrgent] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);
  const chosen = purposes.rows.find(({ code }) => code === purpose);
  const target = (): Partial<Body> => {
    if (by === 'case') return { case: number.trim(), later };
    if (by === 'recordings') return { recordings: recordings.split(/[\s,，、]+/).filter(Boolean) };
    return { officer: { id: officer.trim(), from, to }, later };
  };
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    const nowMs = at === null ? Date.now() : Date.parse(at);
    try {
      const { request } = await ask('POST /api/v1/requests', {
        body: {
          ...target(),
          actions: ACTIONS.filter((action) => actions.has(action)),
          purpose,
          ...(words.trim() === '' ? {} : { words: words.trim() }),
          until: new Date(nowMs + Number(hours) * HOUR_MS).toISOString(),
          ...(urgent ? { urgent: true } : {}),
        },
      });
      go(`/requests/${request.id}`);
    } catch (failure) {
      setError(failure as Error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <PageHead
        title={say('request-new.title')}
        subtitle={say('request-new.about')}
        actions={<ButtonLink href="/requests">{say('form.cancel')}</ButtonLink>}
      />
      <Panel>
        <form className={styles.form} onSubmit={(event) => void send(event)}>
          <SelectField
            label={say('request.target')}
            value={by}
            onChange={(event) => setBy(event.target.value)}
            choices={['case', 'recordings', 'officer'].map((value) => ({
              value,
              label: say(`request-new.by.${value}` as 'request-new.by.case'),
            }))}
          />
          {by === 'case' ? (
            <TextField label={say('search.case')} needed value={number} onChange={(event) => setNumber(event.target.value)} />
          ) : null}
          {by === 'recordings' ? (
            <AreaField
              label={say('recordings.title')}
              hint={say('request-new.recordings.hint')}
              needed
              value={recordings}
              onChange={(event) => setRecordings(event.target.value)}
            />
          ) : null}
          {by === 'officer' ? (
            <>
              <TextField label={say('search.officer')} needed value={officer} onChange={(event) => setOfficer(event.target.value)} />
              <DayField label={say('request-new.from')} needed type="datetime-local" value={from} onChange={setFrom} />
              <DayField label={say('request-new.to')} needed type="datetime-local" value={to} onChange={setTo} />
            </>
          ) : null}
          {by === 'recordings' ? null : (
            <CheckField label={say('request-new.later')} checked={later} onChange={(event) => setLater(event.target.checked)} />
          )}
          <CheckSet
            legend={say('request.actions')}
            values={ACTIONS}
            labelOf={(action) => word('action', action)}
            chosen={actions}
            onChange={setActions}
          />
          <SelectField
            label={say('gate.purpose')}
            needed
            value={purpose}
            onChange={(event) => setPurpose(event.target.value)}
            choices={[
              { value: '', label: say('gate.choose') },
              ...purposes.rows.map(({ code, title }) => ({ value: code, label: title[language] })),
            ]}
          />
          <AreaField
            label={say('gate.words')}
            needed={chosen?.words ?? false}
            value={words}
            maxLength={500}
            onChange={(event) => setWords(event.target.value)}
          />
          <SelectField
            label={say('request-new.hours')}
            value={hours}
            onChange={(event) => setHours(event.target.value)}
            choices={HOURS.map((value) => ({ value: String(value), label: say('request-new.hours.value', { hours: value }) }))}
          />
          <CheckField label={say('request-new.urgent')} checked={urgent} onChange={(event) => setUrgent(event.target.checked)} />
          {urgent ? <p className={styles.muted}>{say('request-new.urgent.about')}</p> : null}
          {error ? <ProblemNote error={error} /> : null}
          <Button type="submit" look="primary" busy={busy} disabled={actions.size === 0}>
            {say('gate.ask')}
          </Button>
        </form>
      </Panel>
    </>
  );
}
