import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import type { Schemas } from '../../client/api.ts';
import { useRows } from '../../client/queries.ts';
import { ask } from '../../client/request.ts';
import { Badge, Button, PageHead, Panel, Stack, TextField } from '../../kit/kit.tsx';
import { ListState } from '../../kit/list-state.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { useDeed } from '../../kit/use-deed.ts';
import { UnitField } from '../../people/units.tsx';
import { useSession } from '../../shell/session.tsx';
import { useSay } from '../../texts/say.ts';
import styles from './station.module.css';

type Unit = Schemas['Unit'];

/** The tree of units. */
export function Page() {
  const say = useSay();
  const { has } = useSession();
  const list = useRows('GET /api/v1/units', { query: { limit: 1000 } }, { topics: ['people'] });
  const below = Map.groupBy(list.rows, ({ parent }) => parent ?? '');
  const branch = (parent: string) => (
    <ul className={parent === '' ? undefined : styles.tree}>
      {(below.get(parent) ?? []).map((unit) => (
        <li key={unit.id}>
          <UnitRow unit={unit} changes={has('manage-accounts')} />
          {branch(unit.id)}
        </li>
      ))}
    </ul>
  );
  return (
    <>
      <PageHead title={say('units.title')} subtitle={say('units.about')} />
      <Stack>
        {has('manage-accounts') ? <AddUnit /> : null}
        <Panel>
          <ListState list={list} empty={say('units.none')} />
          {branch('')}
        </Panel>
      </Stack>
    </>
  );
}

function AddUnit() {
  const say = useSay();
  const { busy, error, run } = useDeed(['people']);
  const [name, setName] = useState('');
  const [parent, setParent] = useState('');
  const add = (event: FormEvent) => {
    event.preventDefault();
    run(
      () => ask('POST /api/v1/units', { body: { name, ...(parent === '' ? {} : { parent }) } }),
      say('units.added'),
      () => setName(''),
    );
  };
  return (
    <Panel title={say('units.add')}>
      <form className={styles.form} onSubmit={add}>
        <TextField label={say('accounts.name')} needed value={name} onChange={(event) => setName(event.target.value)} />
        <UnitField value={parent} onChange={setParent} />
        {error ? <ProblemNote error={error} /> : null}
        <Button type="submit" busy={busy}>
          {say('units.add')}
        </Button>
      </form>
    </Panel>
  );
}

function UnitRow({ unit, changes }: { readonly unit: Unit; readonly changes: boolean }) {
  const say = useSay();
  const { busy, error, run } = useDeed(['people']);
  const [name, setName] = useState<string | null>(null);
  const path = { id: unit.id };
  const save = (event: FormEvent) => {
    event.preventDefault();
    run(
      () => ask('PATCH /api/v1/units/{id}', { path, body: { name: name ?? unit.name } }),
      say('form.saved'),
      () => setName(null),
    );
  };
  return (
    <div className={styles.row}>
      {name === null ? (
        <span className={styles.grow}>
          <Link href={`/admin/units/${encodeURIComponent(unit.id)}`}>{unit.name}</Link>{' '}
          {unit.closedAt === null ? null : <Badge>{say('units.closed')}</Badge>}
        </span>
      ) : (
        <form className={styles.grow} onSubmit={save}>
          <TextField label={say('accounts.name')} value={name} onChange={(event) => setName(event.target.value)} needed />
        </form>
      )}
      {changes ? (
        <>
          <Button look="quiet" onClick={() => setName(name === null ? unit.name : null)}>
            {say(name === null ? 'units.rename' : 'form.cancel')}
          </Button>
          <Button
            look="quiet"
            busy={busy}
            onClick={() =>
              run(() => ask('PATCH /api/v1/units/{id}', { path, body: { closed: unit.closedAt === null } }), say('form.saved'))
            }
          >
            {say(unit.closedAt === null ? 'units.close' : 'units.reopen')}
          </Button>
        </>
      ) : null}
      {error ? <ProblemNote error={error} /> : null}
    </div>
  );
}
