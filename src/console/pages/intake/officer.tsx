import { type FormEvent, useEffect, useState } from 'react';
import { Link } from 'wouter';
import { useAskTagged, useRows } from '../../client/queries.ts';
import { ask } from '../../client/request.ts';
import { Button, ButtonLink, Empty, Loading, PageHead, Panel, Stack, TextField } from '../../kit/kit.tsx';
import { ListState } from '../../kit/list-state.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { Time } from '../../kit/time.tsx';
import { useSend } from '../../kit/use-send.ts';
import { UnitField } from '../../people/units.tsx';
import type { PageProps } from '../../shell/page.ts';
import { useSession } from '../../shell/session.tsx';
import { useSay } from '../../texts/say.ts';
import styles from './intake.module.css';

/** One officer: name, unit, recorders, shifts. */
export function Page({ params: { id = '' } }: PageProps) {
  const say = useSay();
  const { has } = useSession();
  const found = useAskTagged('GET /api/v1/officers/{id}', { path: { id } }, { topics: ['registry', 'people'] });
  const recorders = useRows('GET /api/v1/recorders', { query: { limit: 1000 } }, { topics: ['registry'] });
  const shifts = useRows(
    'GET /api/v1/shifts',
    { query: { officer: id, limit: 20 } },
    { topics: ['shifts'], enabled: has('change-registry') },
  );
  const { busy, error, send } = useSend(() => void found.refetch());
  const [form, setForm] = useState<{ readonly name: string; readonly unit: string } | null>(null);
  const officer = found.data?.body;
  useEffect(() => {
    if (officer) setForm((typed) => typed ?? { name: officer.name, unit: officer.unit ?? '' });
  }, [officer]);
  if (found.error) return <ProblemNote error={found.error} again={() => void found.refetch()} />;
  if (!officer || !form) return <Loading />;
  const save = (event: FormEvent) => {
    event.preventDefault();
    const etag = found.data?.etag ?? null;
    const body = { name: form.name.trim(), unit: form.unit || null };
    void send(() => ask('PATCH /api/v1/officers/{id}', { path: { id }, body, ...(etag === null ? {} : { ifMatch: etag }) }));
  };
  const held = recorders.rows.filter(({ assignedOfficerId, holding }) => assignedOfficerId === id || holding?.officerId === id);
  return (
    <>
      <PageHead
        title={`${officer.name} ${id}`}
        subtitle={officer.unitPath ?? officer.unit ?? say('accounts.no-unit')}
        actions={
          has('find-footage') ? (
            <ButtonLink href={`/search?officer=${encodeURIComponent(id)}`}>{say('officers.footage')}</ButtonLink>
          ) : undefined
        }
      />
      <div className={styles.columns}>
        <Stack>
          {has('change-registry') ? (
            <Panel title={say('officers.edit')}>
              <form onSubmit={save}>
                <Stack>
                  <TextField
                    label={say('officers.name')}
                    needed
                    value={form.name}
                    onChange={(event) => setForm({ ...form, name: event.target.value })}
                  />
                  <UnitField value={form.unit} onChange={(unit) => setForm({ ...form, unit })} />
                  {error ? <ProblemNote error={error} /> : null}
                  <div>
                    <Button type="submit" look="primary" busy={busy}>
                      {say('form.save')}
                    </Button>
                  </div>
                </Stack>
              </form>
            </Panel>
          ) : null}
          <Panel title={say('officers.shifts')} flush>
            <ListState list={shifts} empty={say('officers.no-shifts')} />
            <ul className={styles.lines}>
              {shifts.rows.map((shift) => (
                <li key={shift.id} className={styles.line}>
                  <Time at={shift.start} /> – <Time at={shift.end} />
                </li>
              ))}
            </ul>
          </Panel>
        </Stack>
        <Panel title={say('recorders.title')} flush>
          {held.length === 0 ? <Empty text={say('officers.no-recorders')} /> : null}
          <ul className={styles.lines}>
            {held.map(({ serial, model, holding }) => (
              <li key={serial}>
                <Link href={`/recorders/${encodeURIComponent(serial)}`} className={styles.line}>
                  <strong>{serial}</strong>
                  <span className={styles.lineText}>{model}</span>
                  {holding?.officerId === id ? <Time at={holding.from} /> : null}
                </Link>
              </li>
            ))}
          </ul>
        </Panel>
      </div>
    </>
  );
}
