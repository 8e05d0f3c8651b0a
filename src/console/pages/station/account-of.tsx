import { type FormEvent, useState } from 'react';
import type { Schemas } from '../../client/api.ts';
import { useAskTagged, useRows } from '../../client/queries.ts';
import { ask } from '../../client/request.ts';
import { Badge, Button, Loading, PageHead, Panel, SelectField, TextField } from '../../kit/kit.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { QrCode } from '../../kit/qr-code.tsx';
import { useDeed } from '../../kit/use-deed.ts';
import { UnitField } from '../../people/units.tsx';
import type { PageProps } from '../../shell/page.ts';
import { useSession } from '../../shell/session.tsx';
import { useSay, useWord } from '../../texts/say.ts';
import { Memberships } from './memberships.tsx';
import { ROLES, RoleFields } from './roles.tsx';
import { Sessions } from './sessions.tsx';
import styles from './station.module.css';

type User = Schemas['User'];

/** One account: who it is, what they may do, how they come in. */
export function Page({ params: { id = '' } }: PageProps) {
  const word = useWord();
  const say = useSay();
  const found = useAskTagged('GET /api/v1/users/{id}', { path: { id } }, { topics: ['people'] });
  if (found.error) return <ProblemNote error={found.error} again={() => void found.refetch()} />;
  if (!found.data) return <Loading />;
  const { body: user, etag } = found.data;
  return (
    <>
      <PageHead
        title={user.name}
        subtitle={`${user.account} · ${user.unitPath ?? say('accounts.no-unit')}`}
        actions={<Badge tone={user.state === 'active' ? 'good' : 'warn'}>{word('user-state', user.state)}</Badge>}
      />
      <div className={styles.two}>
        <Change key={etag} user={user} etag={etag} />
        <Ways user={user} />
        <Panel title={say('accounts.units')}>
          <UnitsOf id={id} />
        </Panel>
        <Panel title={say('sessions.title')}>
          <Sessions user={id} />
        </Panel>
      </div>
    </>
  );
}

/** Which units they belonged to, and when: it decides whose footage of then is whose. */
function UnitsOf({ id }: { readonly id: string }) {
  const list = useRows('GET /api/v1/users/{id}/units', { path: { id } }, { topics: ['people'] });
  return <Memberships list={list} of="unit" />;
}

function Change({ user, etag }: { readonly user: User; readonly etag: string | null }) {
  const say = useSay();
  const word = useWord();
  const { person } = useSession();
  const { busy, error, run } = useDeed(['people']);
  const [name, setName] = useState(user.name);
  const [officer, setOfficer] = useState(user.officer ?? '');
  const [unit, setUnit] = useState(user.unit ?? '');
  const [roles, setRoles] = useState<ReadonlySet<(typeof ROLES)[number]>>(new Set(user.roles));
  const [state, setState] = useState<string>(user.state);
  const [why, setWhy] = useState('');
  const own = person.id === user.id;
  const save = (event: FormEvent) => {
    event.preventDefault();
    run(
      () =>
        ask('PATCH /api/v1/users/{id}', {
          path: { id: user.id },
          ...(etag === null ? {} : { ifMatch: etag }),
          body: {
            ...(name === user.name ? {} : { name }),
            ...(officer === (user.officer ?? '') ? {} : { officer: officer === '' ? null : officer }),
            ...(unit === (user.unit ?? '') ? {} : { unit: unit === '' ? null : unit }),
            ...(ROLES.every((role) => roles.has(role) === user.roles.includes(role))
              ? {}
              : { roles: ROLES.filter((role) => roles.has(role)) }),
            ...(state === user.state ? {} : { state: state as User['state'] }),
            ...(why === '' ? {} : { why }),
          },
        }),
      say('form.saved'),
    );
  };
  return (
    <Panel title={say('accounts.who')}>
      <form className={styles.form} onSubmit={save}>
        {own ? <p className={styles.muted}>{say('accounts.own')}</p> : null}
        <TextField label={say('accounts.name')} needed value={name} onChange={(event) => setName(event.target.value)} />
        <TextField label={say('search.officer')} value={officer} onChange={(event) => setOfficer(event.target.value)} />
        <UnitField value={unit} onChange={setUnit} />
        <RoleFields roles={roles} onChange={setRoles} />
        <SelectField
          label={say('recording-list.state')}
          value={state}
          onChange={(event) => setState(event.target.value)}
          choices={['active', 'suspended', 'left'].map((each) => ({ value: each, label: word('user-state', each) }))}
        />
        <TextField label={say('accounts.reason')} value={why} onChange={(event) => setWhy(event.target.value)} maxLength={500} />
        {error ? <ProblemNote error={error} /> : null}
        <Button type="submit" look="primary" busy={busy}>
          {say('form.save')}
        </Button>
      </form>
    </Panel>
  );
}

/** Ways in: a link to set the password, shown once; the second factor; the badge; a second administrator's word. */
function Ways({ user }: { readonly user: User }) {
  const say = useSay();
  const { busy, error, run } = useDeed(['people', 'signIn', 'doors']);
  const [link, setLink] = useState<string | null>(null);
  const [badge, setBadge] = useState('');
  const path = { id: user.id };
  return (
    <Panel title={say('accounts.ways')}>
      {error ? <ProblemNote error={error} /> : null}
      {link === null ? null : (
        <>
          <p>{say('accounts.link.about')}</p>
          <QrCode text={link} />
          <p>
            <code>{link}</code>
          </p>
        </>
      )}
      <div className={styles.actions}>
        <Button
          look="primary"
          busy={busy}
          onClick={() =>
            run(
              () => ask('POST /api/v1/users/{id}/set-up-link', { path }),
              '',
              (made) => setLink(`${location.origin}${made.path}`),
            )
          }
        >
          {say('accounts.link')}
        </Button>
        <Button busy={busy} onClick={() => run(() => ask('POST /api/v1/users/{id}/confirmation', { path }), say('accounts.confirmed'))}>
          {say('accounts.confirm')}
        </Button>
        <Button
          busy={busy}
          look="danger"
          onClick={() => run(() => ask('DELETE /api/v1/users/{id}/second-factor', { path }), say('accounts.factor.gone'))}
        >
          {say('accounts.factor.remove')}
        </Button>
      </div>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          run(
            () => ask('PUT /api/v1/users/{id}/badge', { path, body: { badge } }),
            say('form.saved'),
            () => setBadge(''),
          );
        }}
      >
        <TextField
          label={say('accounts.badge')}
          hint={say('accounts.badge.hint')}
          value={badge}
          onChange={(event) => setBadge(event.target.value)}
          autoComplete="off"
          needed
        />
        <div className={styles.actions}>
          <Button type="submit" busy={busy}>
            {say('accounts.badge.assign')}
          </Button>
          <Button busy={busy} onClick={() => run(() => ask('DELETE /api/v1/users/{id}/badge', { path }), say('accounts.badge.removed'))}>
            {say('accounts.badge.remove')}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
