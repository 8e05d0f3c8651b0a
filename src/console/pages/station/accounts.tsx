import { type FormEvent, useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { Schemas } from '../../client/api.ts';
import { useRows } from '../../client/queries.ts';
import { ask } from '../../client/request.ts';
import { type Column, DataTable } from '../../kit/data-table.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { ImportDialog } from '../../kit/import-dialog.tsx';
import { Badge, Button, Filters, PageHead, Panel, SelectField, Stack, TextField } from '../../kit/kit.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { useSearchState } from '../../kit/search-state.ts';
import { useDeed } from '../../kit/use-deed.ts';
import { UnitField } from '../../people/units.tsx';
import { useSay, useWord } from '../../texts/say.ts';
import { FirstStepsNote } from './first-steps.tsx';
import { ROLES, type Role, RoleFields } from './roles.tsx';
import styles from './station.module.css';

type User = Schemas['User'];
const STATES = ['active', 'suspended', 'left'] as const;

/** Everybody with an account. */
export function Page() {
  const say = useSay();
  const word = useWord();
  const [, go] = useLocation();
  const [get, set] = useSearchState();
  const [open, setOpen] = useState<'add' | 'roster' | null>(null);
  const close = () => setOpen(null);
  const role = ROLES.find((each) => each === get('role'));
  const state = STATES.find((each) => each === get('state'));
  const query = {
    ...(role === undefined ? {} : { role }),
    ...(state === undefined ? {} : { state }),
    ...(get('unit') === '' ? {} : { unit: get('unit') }),
  };
  const list = useRows('GET /api/v1/users', { query }, { topics: ['people'] });
  const columns: readonly Column<User>[] = [
    { id: 'name', title: say('accounts.name'), cell: ({ id, name }) => <Link href={`/admin/accounts/${id}`}>{name}</Link> },
    { id: 'account', title: say('sign-in.account'), cell: ({ account }) => <code>{account}</code> },
    {
      id: 'roles',
      title: say('account.roles'),
      look: 'wrap',
      cell: ({ roles }) => roles.map((each) => word('role', each)).join('、') || '—',
    },
    { id: 'unit', title: say('accounts.unit'), look: 'wrap', cell: ({ unitPath }) => unitPath ?? '—' },
    { id: 'officer', title: say('search.officer'), cell: ({ officer }) => officer ?? '—' },
    {
      id: 'state',
      title: say('recording-list.state'),
      cell: (user) => <Badge tone={user.state === 'active' ? 'good' : 'warn'}>{word('user-state', user.state)}</Badge>,
    },
  ];
  return (
    <>
      <PageHead
        title={say('accounts.title')}
        actions={
          <>
            <Button onClick={() => setOpen('roster')}>{say('roster-page.open')}</Button>
            <Button look="primary" onClick={() => setOpen('add')}>
              {say('accounts.add')}
            </Button>
          </>
        }
      />
      <Stack>
        <FirstStepsNote />
        <Panel>
          <Filters>
            <SelectField
              label={say('account.roles')}
              value={get('role')}
              onChange={(event) => set({ role: event.target.value })}
              choices={[
                { value: '', label: say('access-log.anything') },
                ...ROLES.map((each) => ({ value: each, label: word('role', each) })),
              ]}
            />
            <SelectField
              label={say('recording-list.state')}
              value={get('state')}
              onChange={(event) => set({ state: event.target.value })}
              choices={[
                { value: '', label: say('access-log.anything') },
                ...STATES.map((each) => ({ value: each, label: word('user-state', each) })),
              ]}
            />
          </Filters>
        </Panel>
        <Panel flush>
          <DataTable label={say('accounts.title')} columns={columns} list={list} idOf={({ id }) => id} />
        </Panel>
      </Stack>
      {open === 'roster' ? <ImportRoster onClose={close} /> : null}
      {open === 'add' ? (
        <Dialog title={say('accounts.add')} onClose={close}>
          <AddAccount onDone={({ id }) => go(`/admin/accounts/${id}`)} />
        </Dialog>
      ) : null}
    </>
  );
}

/** People and units from the agency’s roster. Who is not in it is told, and stays as they are. */
function ImportRoster({ onClose }: { readonly onClose: () => void }) {
  const say = useSay();
  return (
    <ImportDialog
      title={say('roster-page.open')}
      hint={say('roster-page.hint')}
      onClose={onClose}
      ask={(source, dryRun) => ask('POST /api/v1/roster/import', { body: { ...source, dryRun } })}
      preview={({ rows, added, updated, same, unitsAdded, missing, missingCount }) => (
        <>
          <p>{say('roster-page.counts', { rows, added, updated, same })}</p>
          {unitsAdded.length > 0 ? (
            <>
              <p>{say('roster-page.units', { count: unitsAdded.length })}</p>
              <ul className={styles.names}>
                {unitsAdded.map((path) => (
                  <li key={path}>{path}</li>
                ))}
              </ul>
            </>
          ) : null}
          {missingCount > 0 ? (
            <>
              <p>{say('roster-page.missing', { count: missingCount })}</p>
              <ul className={styles.names}>
                {missing.map(({ id, name, account }) => (
                  <li key={id}>
                    <Link href={`/admin/accounts/${id}`}>{name}</Link> <code>{account}</code>
                  </li>
                ))}
              </ul>
            </>
          ) : null}
        </>
      )}
    />
  );
}

function AddAccount({ onDone }: { readonly onDone: (user: User) => void }) {
  const say = useSay();
  const { busy, error, run } = useDeed(['people']);
  const [account, setAccount] = useState('');
  const [name, setName] = useState('');
  const [unit, setUnit] = useState('');
  const [officer, setOfficer] = useState('');
  const [roles, setRoles] = useState<ReadonlySet<Role>>(new Set());
  const add = (event: FormEvent) => {
    event.preventDefault();
    run(
      () =>
        ask('POST /api/v1/users', {
          body: {
            account,
            name,
            roles: ROLES.filter((role) => roles.has(role)),
            ...(unit === '' ? {} : { unit }),
            ...(officer === '' ? {} : { officer }),
          },
        }),
      say('accounts.added'),
      onDone,
    );
  };
  return (
    <form className={styles.form} onSubmit={add}>
      <TextField
        label={say('sign-in.account')}
        hint={say('accounts.account.hint')}
        needed
        value={account}
        onChange={(event) => setAccount(event.target.value)}
        autoComplete="off"
      />
      <TextField label={say('accounts.name')} needed value={name} onChange={(event) => setName(event.target.value)} autoComplete="off" />
      <UnitField value={unit} onChange={setUnit} />
      <TextField label={say('search.officer')} value={officer} onChange={(event) => setOfficer(event.target.value)} autoComplete="off" />
      <RoleFields roles={roles} onChange={setRoles} />
      {error ? <ProblemNote error={error} /> : null}
      <Button type="submit" look="primary" busy={busy}>
        {say('accounts.add')}
      </Button>
    </form>
  );
}
