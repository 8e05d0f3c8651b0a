import { type FormEvent, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { Button, Panel, SelectField, TextField } from '../../kit/kit.tsx';
import { useToast } from '../../kit/toasts.tsx';
import { useSay } from '../../texts/say.ts';
import styles from './intake.module.css';

const VIEWS_MAX = 30;

interface View {
  readonly name: string;
  /** Part of the address after `?`. */
  readonly search: string;
}

function viewsIn(key: string): readonly View[] {
  try {
    const told: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
    return Array.isArray(told)
      ? told.filter((each): each is View => typeof each?.name === 'string' && typeof each.search === 'string')
      : [];
  } catch {
    return [];
  }
}

/** Filters and columns under a name, kept in this browser. */
export function SavedViews({ of }: { readonly of: string }) {
  const say = useSay();
  const tell = useToast();
  const [path, go] = useLocation();
  const search = useSearch();
  const key = `evidock-views-${of}`;
  const [views, setViews] = useState(() => viewsIn(key));
  const [name, setName] = useState('');
  const keep = (next: readonly View[]) => {
    localStorage.setItem(key, JSON.stringify(next));
    setViews(next);
  };
  const current = views.find((view) => view.search === search);
  const save = (event: FormEvent) => {
    event.preventDefault();
    const wanted = name.trim();
    if (wanted === '') return;
    keep([...views.filter((view) => view.name !== wanted), { name: wanted, search }].slice(-VIEWS_MAX));
    setName('');
    tell(say('views.saved', { name: wanted }));
  };
  const drop = (view: View) => {
    keep(views.filter((each) => each !== view));
    tell(say('views.dropped', { name: view.name }), () => keep(views));
  };
  return (
    <Panel>
      <div className={styles.views}>
        <SelectField
          label={say('views.title')}
          value={current?.name ?? ''}
          onChange={(event) => {
            const view = views.find((each) => each.name === event.target.value);
            go(view && view.search !== '' ? `${path}?${view.search}` : path);
          }}
          choices={[{ value: '', label: say('views.none') }, ...views.map((view) => ({ value: view.name, label: view.name }))]}
        />
        {current ? (
          <Button look="quiet" onClick={() => drop(current)}>
            {say('views.drop')}
          </Button>
        ) : null}
        <form className={styles.views} onSubmit={save}>
          <TextField label={say('views.name')} value={name} onChange={(event) => setName(event.target.value)} maxLength={60} />
          <Button type="submit" disabled={name.trim() === ''}>
            {say('views.save')}
          </Button>
        </form>
      </div>
    </Panel>
  );
}
