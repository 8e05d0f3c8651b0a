import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Schemas } from '../../client/api.ts';
import { markOld, useRows } from '../../client/queries.ts';
import { ask } from '../../client/request.ts';
import { Button, SelectField } from '../../kit/kit.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { useToast } from '../../kit/toasts.tsx';
import { useSay } from '../../texts/say.ts';
import styles from './footage.module.css';

type Recording = Schemas['Recording'];
type Tags = Schemas['TagBody'];

export const CATEGORIES = ['permit', 'penalty', 'coercion', 'levy', 'fee', 'inspection', 'other'] as const;

/** What brings a recording back to how it was tagged. */
function undoOf({ caseNumbers, category, important }: Recording, { cases = [] }: Tags): Tags {
  return {
    removeCases: cases.filter((number) => !caseNumbers.includes(number)),
    category: category as NonNullable<Tags['category']> | null,
    important,
  };
}

interface TagBarProps {
  readonly recordings: readonly Recording[];
  readonly onDone: () => void;
}

/** Tags several recordings at once: a case, a category, important; with a way back. */
export function TagBar({ recordings, onDone }: TagBarProps) {
  const say = useSay();
  const toast = useToast();
  const client = useQueryClient();
  const cases = useRows('GET /api/v1/cases', { query: { limit: 200 } }, { topics: ['cases'] });
  const [number, setNumber] = useState('');
  const [category, setCategory] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const tag = async (body: Tags) => {
    setBusy(true);
    setError(null);
    const done: Recording[] = [];
    try {
      for (const recording of recordings) {
        await ask('PATCH /api/v1/recordings/{id}', { path: { id: recording.id }, body });
        done.push(recording);
      }
      onDone();
      toast(say('tag.tagged', { count: done.length }), () => void takeBack(done, body));
    } catch (failure) {
      setError(failure as Error);
    } finally {
      setBusy(false);
      markOld(client, ['recordings']);
    }
  };
  const takeBack = async (done: readonly Recording[], body: Tags) => {
    for (const recording of done)
      await ask('PATCH /api/v1/recordings/{id}', { path: { id: recording.id }, body: undoOf(recording, body) }).catch(setError);
    markOld(client, ['recordings']);
  };
  return (
    <div className={styles.tagBar}>
      <SelectField
        label={say('tag.case')}
        value={number}
        onChange={(event) => setNumber(event.target.value)}
        choices={[
          { value: '', label: say('tag.no-case') },
          ...cases.rows.map((entry) => ({ value: entry.number, label: `${entry.number} ${entry.title}` })),
        ]}
      />
      <SelectField
        label={say('tag.category')}
        value={category}
        onChange={(event) => setCategory(event.target.value)}
        choices={[
          { value: '', label: say('tag.no-category') },
          ...CATEGORIES.map((code) => ({ value: code, label: say(`category.${code}`) })),
        ]}
      />
      <Button
        look="primary"
        busy={busy}
        disabled={number === '' && category === ''}
        onClick={() =>
          void tag({
            ...(number === '' ? {} : { cases: [number] }),
            ...(category === '' ? {} : { category: category as (typeof CATEGORIES)[number] }),
          })
        }
      >
        {say('tag.tag')}
      </Button>
      <Button busy={busy} onClick={() => void tag({ important: true })}>
        {say('tag.important')}
      </Button>
      {error ? <ProblemNote error={error} /> : null}
    </div>
  );
}
