import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { Schemas } from '../../client/api.ts';
import { markOld } from '../../client/queries.ts';
import { ask, askTagged, Refused } from '../../client/request.ts';
import { Button, CheckField, Panel, SelectField, TextField } from '../../kit/kit.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { useToast } from '../../kit/toasts.tsx';
import { useProtection } from '../../looks/protection.tsx';
import { useSay, useWord } from '../../texts/say.ts';
import styles from './footage.module.css';
import { CATEGORIES } from './tag-bar.tsx';

type Recording = Schemas['Recording'];
type Category = NonNullable<Schemas['TagBody']['category']>;
interface Read {
  readonly recording: Recording;
  readonly etag: string | null;
}

interface TagEditorProps {
  /** As it was read last; what is typed here stays when it is read again. */
  readonly now: Read;
  readonly mayMark: boolean;
}

/** What of it is edited here. */
function tagsOf({ caseNumbers, officerId, category, important, confidentiality, privacy }: Recording): string {
  return JSON.stringify([caseNumbers, officerId, category, important, confidentiality, privacy]);
}

/** Cases, officer, category and marks of one recording. If somebody else has changed them meanwhile, nothing is overwritten. */
export function TagEditor({ now, mayMark }: TagEditorProps) {
  const [edits, setEdits] = useState<Read | null>(null);
  const base = edits ?? now;
  // While nothing is typed the form shows what was read last.
  return (
    <TagForm key={tagsOf(base.recording)} base={base} mayMark={mayMark} onTouched={() => setEdits(base)} onSaved={() => setEdits(null)} />
  );
}

interface TagFormProps {
  readonly base: Read;
  readonly mayMark: boolean;
  readonly onTouched: () => void;
  readonly onSaved: () => void;
}

function TagForm({ base, mayMark, onTouched, onSaved }: TagFormProps) {
  const say = useSay();
  const word = useWord();
  const toast = useToast();
  const client = useQueryClient();
  const { id } = base.recording;
  const [against, setAgainst] = useState(base);
  const { recording } = against;
  const [cases, setCases] = useState(recording.caseNumbers.join(' '));
  const [officer, setOfficer] = useState(recording.officerId ?? '');
  const [category, setCategory] = useState(recording.category ?? '');
  const [important, setImportant] = useState(recording.important);
  const protection = useProtection(recording);
  const [error, setError] = useState<Error | null>(null);
  const [changed, setChanged] = useState(false);
  const [busy, setBusy] = useState(false);
  const wanted = cases.split(/[\s,，、;；]+/).filter(Boolean);
  const change = (etag: string | null) =>
    ask('PATCH /api/v1/recordings/{id}', {
      path: { id },
      ...(etag === null ? {} : { ifMatch: etag }),
      body: {
        cases: wanted.filter((number) => !recording.caseNumbers.includes(number)),
        removeCases: recording.caseNumbers.filter((number) => !wanted.includes(number)),
        ...(category === (recording.category ?? '') ? {} : { category: category === '' ? null : (category as Category) }),
        ...(officer === (recording.officerId ?? '') ? {} : { officer: officer === '' ? null : officer }),
        ...(important === recording.important ? {} : { important }),
      },
    });
  /** The station itself changes recordings too, as when they are archived: only other tags are told to the person. */
  const changeOnce = async () => {
    try {
      return (await change(against.etag)) !== null;
    } catch (failure) {
      if (!(failure instanceof Refused) || failure.problem.code !== 'request.changed') throw failure;
      const { body, etag } = await askTagged('GET /api/v1/recordings/{id}', { path: { id } });
      if (tagsOf(body) === tagsOf(recording)) return (await change(etag)) !== null;
      setAgainst({ recording: body, etag });
      setChanged(true);
      return false;
    }
  };
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    setChanged(false);
    try {
      if (!(await changeOnce())) return;
      if (protection.body) await ask('PATCH /api/v1/recordings/{id}/protection', { path: { id }, body: protection.body });
      toast(say('form.saved'));
      onSaved();
    } catch (failure) {
      setError(failure as Error);
    } finally {
      setBusy(false);
      markOld(client, ['recordings']);
    }
  };
  return (
    <Panel title={say('tag.title')}>
      <form className={styles.form} onSubmit={(event) => void save(event)} onChange={onTouched}>
        <TextField label={say('tag.cases')} hint={say('tag.cases.hint')} value={cases} onChange={(event) => setCases(event.target.value)} />
        <SelectField
          label={say('tag.category')}
          value={category}
          onChange={(event) => setCategory(event.target.value)}
          choices={[
            { value: '', label: say('tag.no-category') },
            ...CATEGORIES.map((code) => ({ value: code, label: word('category', code) })),
          ]}
        />
        <TextField label={say('search.officer')} value={officer} onChange={(event) => setOfficer(event.target.value)} maxLength={128} />
        {mayMark ? (
          <>
            <CheckField label={say('mark.important')} checked={important} onChange={(event) => setImportant(event.target.checked)} />
            {protection.fields}
          </>
        ) : null}
        {changed ? (
          <p role="alert">
            {say('form.changed')}{' '}
            {say('tag.now', { cases: recording.caseNumbers.join('、') || '—', category: word('category', recording.category) })}
          </p>
        ) : null}
        {error ? <ProblemNote error={error} /> : null}
        <Button type="submit" look="primary" busy={busy}>
          {say('form.save')}
        </Button>
      </form>
    </Panel>
  );
}
