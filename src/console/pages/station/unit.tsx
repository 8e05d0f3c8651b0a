import { useState } from 'react';
import { useAskTagged, useRows } from '../../client/queries.ts';
import { ask } from '../../client/request.ts';
import { DayField } from '../../kit/day-field.tsx';
import { Badge, Button, Facts, Loading, PageHead, Panel } from '../../kit/kit.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { Time } from '../../kit/time.tsx';
import { useDeed } from '../../kit/use-deed.ts';
import { UnitField } from '../../people/units.tsx';
import type { PageProps } from '../../shell/page.ts';
import { useSession } from '../../shell/session.tsx';
import { useSay } from '../../texts/say.ts';
import { Memberships } from './memberships.tsx';
import styles from './station.module.css';

/** One unit: what is above it, and who belongs to it, or belonged to it on a day. */
export function Page({ params: { id = '' } }: PageProps) {
  const say = useSay();
  const { has } = useSession();
  const [day, setDay] = useState('');
  const found = useAskTagged('GET /api/v1/units/{id}', { path: { id } }, { topics: ['people'] });
  const query = { limit: 200, ...(day === '' ? {} : { at: `${day}T12:00:00` }) };
  const members = useRows(
    'GET /api/v1/units/{id}/members',
    { path: { id }, query },
    { topics: ['people'], enabled: has('manage-accounts') },
  );
  if (found.error) return <ProblemNote error={found.error} again={() => void found.refetch()} />;
  if (!found.data) return <Loading />;
  const { body: unit, etag } = found.data;
  return (
    <>
      <PageHead
        title={unit.name}
        subtitle={unit.path}
        actions={unit.closedAt === null ? undefined : <Badge>{say('units.closed')}</Badge>}
      />
      <div className={styles.two}>
        <Panel title={say('unit.people')}>
          <DayField label={say('unit.on')} hint={say('unit.on.hint')} type="date" value={day} onChange={setDay} />
          <Memberships list={members} of="person" />
        </Panel>
        <Panel title={say('unit.place')}>
          <Facts
            rows={[
              [say('unit.created'), <Time key="created" at={unit.createdAt} />],
              unit.closedAt === null ? null : [say('unit.closed-at'), <Time key="closed" at={unit.closedAt} />],
            ]}
          />
          {has('manage-accounts') && unit.closedAt === null ? <Move key={etag} id={id} parent={unit.parent ?? ''} etag={etag} /> : null}
        </Panel>
      </div>
    </>
  );
}

interface MoveProps {
  readonly id: string;
  readonly parent: string;
  readonly etag: string | null;
}

/** Puts it under another unit, with everything below it. */
function Move({ id, parent, etag }: MoveProps) {
  const say = useSay();
  const { busy, error, run } = useDeed(['people']);
  const [above, setAbove] = useState(parent);
  const asked = { path: { id }, body: { parent: above === '' ? null : above }, ...(etag === null ? {} : { ifMatch: etag }) };
  return (
    <div className={styles.form}>
      <UnitField label={say('unit.above')} none={say('unit.top')} value={above} onChange={setAbove} />
      <p className={styles.muted}>{say('unit.move.about')}</p>
      {error ? <ProblemNote error={error} /> : null}
      <div className={styles.actions}>
        <Button
          busy={busy}
          disabled={above === parent || above === id}
          onClick={() => run(() => ask('PATCH /api/v1/units/{id}', asked), say('form.saved'))}
        >
          {say('unit.move')}
        </Button>
      </div>
    </div>
  );
}
