import { useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import type { Schemas } from '../../client/api.ts';
import { markOld, useRows } from '../../client/queries.ts';
import { ask } from '../../client/request.ts';
import { Button, Field, SelectField } from '../../kit/kit.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { useToast } from '../../kit/toasts.tsx';
import { narrowest, useRights } from '../../looks/rights.ts';
import { useOfficers } from '../../people/officers.tsx';
import { useSession } from '../../shell/session.tsx';
import { useSay } from '../../texts/say.ts';
import styles from './footage.module.css';
import { likelyCases, undoOf } from './tagging.ts';

type Recording = Schemas['Recording'];
type Tags = Schemas['TagBody'];
type Category = NonNullable<Tags['category']>;

export const CATEGORIES = ['permit', 'penalty', 'coercion', 'levy', 'fee', 'inspection', 'other'] as const;

interface TagBarProps {
  /** What is chosen. */
  readonly recordings: readonly Recording[];
  /** What stands around it: its cases are offered. */
  readonly near: readonly Recording[];
  readonly onDone: () => void;
}

/** Tags several recordings at once: a case, a category, an officer, important; with a way back. Cases that are likely are one touch away. */
export function TagBar({ recordings, near, onDone }: TagBarProps) {
  const say = useSay();
  const toast = useToast();
  const client = useQueryClient();
  const { has } = useSession();
  const options = useId();
  const effectOf = useRights(recordings.map(({ id }) => id));
  const assigns = has('change-registry') && has('see-registry');
  const cases = useRows('GET /api/v1/cases', { query: { limit: 200 } }, { topics: ['cases'] });
  const suggestions = useRows('GET /api/v1/suggestions', { query: { state: 'open', limit: 200 } }, { topics: ['cases', 'recordings'] });
  const officers = useOfficers(assigns);
  const [number, setNumber] = useState('');
  const [category, setCategory] = useState('');
  const [officer, setOfficer] = useState('');
  const [busy, setBusy] = useState<'tag' | 'mark' | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const likely = likelyCases({ recordings, near, suggestions: suggestions.rows, cases: cases.rows });
  const tag = async (body: Tags, what: 'tag' | 'mark') => {
    setBusy(what);
    setError(null);
    const done: Recording[] = [];
    const [given] = category === '' ? (body.cases ?? []) : [];
    let tagsOf = (_: Recording) => body;
    try {
      // What has no category yet gets that of its case. It is asked for here: the list of cases may be older than the case.
      const ofCase = given === undefined ? null : await ask('GET /api/v1/cases/{number}', { path: { number: given } }).catch(() => null);
      if (ofCase?.category) tagsOf = ({ category: own }) => (own === null ? { category: ofCase.category as Category, ...body } : body);
      for (const recording of recordings) {
        await ask('PATCH /api/v1/recordings/{id}', { path: { id: recording.id }, body: tagsOf(recording) });
        done.push(recording);
      }
      onDone();
    } catch (failure) {
      setError(failure as Error);
    }
    setBusy(null);
    if (done.length > 0) toast(say('tag.tagged', { count: done.length }), () => void takeBack(done, tagsOf));
    markOld(client, ['recordings']);
  };
  const takeBack = async (done: readonly Recording[], tagsOf: (recording: Recording) => Tags) => {
    let failed = 0;
    for (const recording of done)
      await ask('PATCH /api/v1/recordings/{id}', { path: { id: recording.id }, body: undoOf(recording, tagsOf(recording)) }).catch(() => {
        failed += 1;
      });
    toast(failed === 0 ? say('form.undone') : say('tag.not-undone', { count: failed }));
    markOld(client, ['recordings']);
  };
  const marks = effectOf !== undefined && narrowest(recordings.map(({ id }) => effectOf(id, 'mark'))) === 'allow';
  return (
    <div className={styles.tagBar}>
      {likely.length > 0 ? (
        <fieldset className={styles.likely}>
          <legend>{say('tag.likely')}</legend>
          {likely.map(({ number: one, title, suggested }) => (
            <Button key={one} aria-pressed={number === one} onClick={() => setNumber(number === one ? '' : one)}>
              <span className={styles.chip}>
                {one}
                {title ? <span className={styles.muted}> {title}</span> : null}
              </span>
              {suggested ? <span className={styles.hinted}>{say('tag.suggested')}</span> : null}
            </Button>
          ))}
        </fieldset>
      ) : null}
      <Field label={say('tag.case')}>
        {(wired) => (
          <>
            <input
              {...wired}
              list={options}
              value={number}
              maxLength={128}
              placeholder={say('tag.no-case')}
              onChange={(event) => setNumber(event.target.value.trim())}
            />
            <datalist id={options}>
              {cases.rows.map((entry) => (
                <option key={entry.number} value={entry.number}>
                  {entry.title}
                </option>
              ))}
            </datalist>
          </>
        )}
      </Field>
      <SelectField
        label={say('tag.category')}
        value={category}
        onChange={(event) => setCategory(event.target.value)}
        choices={[{ value: '', label: say('tag.no-case') }, ...CATEGORIES.map((code) => ({ value: code, label: say(`category.${code}`) }))]}
      />
      {assigns ? (
        <SelectField
          label={say('tag.officer')}
          value={officer}
          onChange={(event) => setOfficer(event.target.value)}
          choices={[{ value: '', label: say('tag.no-case') }, ...officers.map(({ id, name }) => ({ value: id, label: `${name} ${id}` }))]}
        />
      ) : null}
      <Button
        look="primary"
        busy={busy === 'tag'}
        disabled={busy !== null || (number === '' && category === '' && officer === '')}
        onClick={() =>
          void tag(
            {
              ...(number === '' ? {} : { cases: [number] }),
              ...(category === '' ? {} : { category: category as Category }),
              ...(officer === '' ? {} : { officer }),
            },
            'tag',
          )
        }
      >
        {say('tag.tag')}
      </Button>
      {marks ? (
        <Button busy={busy === 'mark'} disabled={busy !== null} onClick={() => void tag({ important: true }, 'mark')}>
          {say('tag.important')}
        </Button>
      ) : null}
      {error ? <ProblemNote error={error} /> : null}
    </div>
  );
}
