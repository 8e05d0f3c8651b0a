import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import { useAsk, useRows } from '../../client/queries.ts';
import { ask } from '../../client/request.ts';
import { FileText } from '../../kit/file-text.tsx';
import { AreaField, Badge, Button, Loading, PageHead, Panel, Stack, TextField } from '../../kit/kit.tsx';
import { ListState } from '../../kit/list-state.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { TextDiff } from '../../kit/text-diff.tsx';
import { Time } from '../../kit/time.tsx';
import { useDeed } from '../../kit/use-deed.ts';
import type { PageProps } from '../../shell/page.ts';
import { useSession } from '../../shell/session.tsx';
import { useLanguage, useReason, useSay, useWord } from '../../texts/say.ts';
import styles from './station.module.css';

/** The policy in force, its versions, and a text that is tried and proposed. */
export function Page() {
  const say = useSay();
  const word = useWord();
  const words = useReason();
  const language = useLanguage();
  const { has } = useSession();
  const policy = useAsk('GET /api/v1/policy', {}, { topics: ['policies'] });
  const versions = useRows('GET /api/v1/policy/versions', {}, { topics: ['policies'] });
  if (policy.error) return <ProblemNote error={policy.error} again={() => void policy.refetch()} />;
  if (!policy.data) return <Loading />;
  return (
    <>
      <PageHead title={say('policy.title')} subtitle={say('policy.about', { version: policy.data.version })} />
      <Stack>
        {policy.data.trouble ? <p role="alert">{words.reason(policy.data.trouble)}</p> : null}
        <Panel title={say('policy.versions')}>
          <ul>
            {versions.rows.map((version) => (
              <li key={version.version} className={styles.row}>
                <Link className={styles.grow} href={`/admin/policy/${version.version}`}>
                  {say('policy.version', { version: version.version })}
                </Link>
                <span className={styles.muted}>
                  {version.proposedBy} · <Time at={version.proposedAt} />
                </span>
                <Badge tone={version.state === 'in-force' ? 'good' : version.state === 'proposed' ? 'warn' : 'plain'}>
                  {word('policy-state', version.state)}
                </Badge>
              </li>
            ))}
          </ul>
          <ListState list={versions} empty={say('policy.shipped')} />
        </Panel>
        <Panel title={say('policy.rules')}>
          <ul>
            {policy.data.rules.map((rule) => (
              <li key={rule.id} className={styles.row}>
                <span className={styles.grow}>
                  {rule.title[language]}
                  <p className={styles.muted}>
                    {rule.roles.map((role) => word('role', role)).join('、')} ·{' '}
                    {rule.relations.map((relation) => word('relation', relation)).join('、')} ·{' '}
                    {rule.actions.map((action) => word('action', action)).join('、')}
                  </p>
                </span>
                <Badge tone={rule.effect === 'refuse' ? 'bad' : rule.effect === 'allow' ? 'good' : 'warn'}>
                  {word('effect', rule.effect)}
                </Badge>
              </li>
            ))}
          </ul>
        </Panel>
        {has('manage-policy') ? <Propose inForce={policy.data.version} /> : null}
      </Stack>
    </>
  );
}

/** A proposal beside what is in force. */
function Beside({ against, text }: { readonly against: number; readonly text: string }) {
  const say = useSay();
  const other = useAsk('GET /api/v1/policy/versions/{version}', { path: { version: against } }, { topics: ['policies'] });
  const title = say('version.beside', { version: against });
  if (other.error) return <ProblemNote error={other.error} again={() => void other.refetch()} />;
  return (
    <Panel title={title} flush>
      {other.data ? <TextDiff label={title} before={other.data.text} after={text} /> : <Loading />}
    </Panel>
  );
}

/** A text is tried first: what it would widen is told, and nothing changes. */
function Propose({ inForce }: { readonly inForce: number }) {
  const say = useSay();
  const language = useLanguage();
  const { busy, error, run } = useDeed(['policies']);
  const [text, setText] = useState('');
  const [told, setTold] = useState<readonly string[] | null>(null);
  const check = (event: FormEvent) => {
    event.preventDefault();
    run(
      () => ask('POST /api/v1/policy/check', { body: { text } }),
      '',
      ({ widenings }) => setTold(widenings?.map((each) => each.words[language]) ?? [say('policy.too-many')]),
    );
  };
  return (
    <Panel title={say('policy.propose')}>
      <form className={styles.form} onSubmit={check}>
        <AreaField
          label={say('policy.text')}
          hint={say('policy.text.hint')}
          rows={12}
          spellCheck={false}
          needed
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setTold(null);
          }}
        />
        {error ? <ProblemNote error={error} /> : null}
        {told === null ? null : told.length === 0 ? (
          <p role="status">{say('policy.widens-nothing')}</p>
        ) : (
          <div role="status">
            <p>{say('policy.widens')}</p>
            <ul>
              {told.map((each) => (
                <li key={each}>{each}</li>
              ))}
            </ul>
          </div>
        )}
        {told !== null && inForce > 0 ? <Beside against={inForce} text={text} /> : null}
        <div className={styles.actions}>
          <Button type="submit" busy={busy}>
            {say('policy.check')}
          </Button>
          <Button
            look="primary"
            busy={busy}
            disabled={text === '' || told === null}
            onClick={() =>
              run(
                () => ask('POST /api/v1/policy/versions', { body: { text } }),
                say('policy.proposed'),
                () => setText(''),
              )
            }
          >
            {say('policy.propose')}
          </Button>
        </div>
      </form>
    </Panel>
  );
}

/** One version: its text, what it would widen, and the decision of a second person. */
export function Version({ params: { version = '' } }: PageProps) {
  const say = useSay();
  const word = useWord();
  const language = useLanguage();
  const { has } = useSession();
  const { busy, error, run } = useDeed(['policies']);
  const [reason, setReason] = useState('');
  const path = { version: Number(version) };
  const found = useAsk('GET /api/v1/policy/versions/{version}', { path }, { topics: ['policies'] });
  if (found.error) return <ProblemNote error={found.error} again={() => void found.refetch()} />;
  if (!found.data) return <Loading />;
  const { state, proposedBy, proposedAt, text, against, widenings } = found.data;
  return (
    <>
      <PageHead
        title={say('policy.version', { version })}
        subtitle={
          <>
            {proposedBy} · <Time at={proposedAt} />
          </>
        }
        actions={<Badge tone={state === 'in-force' ? 'good' : 'warn'}>{word('policy-state', state)}</Badge>}
      />
      <Stack>
        {state === 'proposed' ? (
          <Panel title={say('policy.widens')}>
            {widenings === null ? <p>{say('policy.too-many')}</p> : widenings.length === 0 ? <p>{say('policy.widens-nothing')}</p> : null}
            <ul>
              {(widenings ?? []).map((each) => (
                <li key={each.words.en} className={styles.row}>
                  {each.words[language]}
                </li>
              ))}
            </ul>
            {error ? <ProblemNote error={error} /> : null}
            {has('manage-policy') ? (
              <div className={styles.form}>
                <TextField
                  label={say('request.words')}
                  value={reason}
                  onChange={(event) => setReason(event.target.value)}
                  maxLength={500}
                />
                <div className={styles.actions}>
                  <Button
                    look="primary"
                    busy={busy}
                    onClick={() =>
                      run(
                        () => ask('POST /api/v1/policy/versions/{version}/adoption', { path, body: { against: against ?? 0 } }),
                        say('policy.adopted'),
                      )
                    }
                  >
                    {say('policy.adopt')}
                  </Button>
                  <Button
                    look="danger"
                    busy={busy}
                    onClick={() =>
                      run(
                        () => ask('POST /api/v1/policy/versions/{version}/refusal', { path, body: reason === '' ? {} : { reason } }),
                        say('policy.refused'),
                      )
                    }
                  >
                    {say('policy.refuse')}
                  </Button>
                </div>
              </div>
            ) : null}
          </Panel>
        ) : null}
        {state === 'proposed' && against ? <Beside against={against} text={text} /> : null}
        <Panel title={say('policy.text')}>
          <FileText label={say('policy.text')} text={text} />
        </Panel>
      </Stack>
    </>
  );
}
