import { type FormEvent, useState } from 'react';
import { useAsk, useRows } from '../../client/queries.ts';
import { Badge, Button, Empty, Loading, PageHead, Panel, SelectField, Stack, TextField } from '../../kit/kit.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { useSearchState } from '../../kit/search-state.ts';
import { useSession } from '../../shell/session.tsx';
import { useLanguage, useSay, useWord } from '../../texts/say.ts';
import styles from './supervision.module.css';

const ACTIONS = ['see', 'look', 'hear', 'download', 'export', 'tag', 'mark', 'hold', 'approve'] as const;

/** Why somebody may, or may not, do something with a recording: what is decided, and every rule that matches. */
export function Page() {
  const say = useSay();
  const word = useWord();
  const language = useLanguage();
  const { has } = useSession();
  const [get, set] = useSearchState();
  const [user, setUser] = useState(get('user'));
  const [recording, setRecording] = useState(get('recording'));
  const [action, setAction] = useState(get('action') || 'look');
  const users = useRows('GET /api/v1/users', { query: { limit: 1000 } }, { topics: ['people'], enabled: has('manage-accounts') });
  const chosen = ACTIONS.find((each) => each === get('action'));
  const enabled = get('user') !== '' && get('recording') !== '' && chosen !== undefined;
  const query = { user: get('user'), recording: get('recording'), action: chosen ?? 'look' };
  const { data, error, isFetching } = useAsk(
    'GET /api/v1/access/explain',
    { query },
    { topics: ['policies', 'people', 'callUps'], enabled },
  );
  const search = (event: FormEvent) => {
    event.preventDefault();
    set({ user: user.trim(), recording: recording.trim(), action }, { replace: false });
  };
  return (
    <>
      <PageHead title={say('access-explain.title')} subtitle={say('access-explain.about')} />
      <Stack>
        <Panel>
          <form className={styles.form} onSubmit={search}>
            <TextField
              label={say('access-explain.user')}
              list="explain-users"
              needed
              value={user}
              onChange={(event) => setUser(event.target.value)}
            />
            <datalist id="explain-users">
              {users.rows.map(({ account, name }) => (
                <option key={account} value={account}>
                  {name}
                </option>
              ))}
            </datalist>
            <TextField
              label={say('access-log.recording')}
              needed
              value={recording}
              onChange={(event) => setRecording(event.target.value)}
              placeholder="rec-…"
            />
            <SelectField
              label={say('request.actions')}
              value={action}
              onChange={(event) => setAction(event.target.value)}
              choices={ACTIONS.map((each) => ({ value: each, label: word('action', each) }))}
            />
            <Button type="submit" look="primary">
              {say('access-explain.ask')}
            </Button>
          </form>
        </Panel>
        {enabled && isFetching && !data ? <Loading /> : null}
        {error ? <ProblemNote error={error} /> : null}
        {enabled && data && !error ? (
          <Panel
            title={data.words[language]}
            actions={
              <Badge tone={data.effect === 'refuse' ? 'bad' : data.effect === 'allow' ? 'good' : 'warn'}>
                {word('effect', data.effect)}
              </Badge>
            }
          >
            <p>
              {say('access-explain.stands', {
                relations: data.relations.map((relation) => word('relation', relation)).join('、') || '—',
                version: data.policy,
              })}
              {data.task ? '' : ` ${say('access-explain.no-task')}`}
            </p>
            {data.matched.length === 0 ? <Empty text={say('access-explain.no-rule')} /> : null}
            <ul>
              {data.matched.map((rule) => (
                <li key={rule.id} className={styles.row}>
                  <span className={styles.grow}>
                    {rule.title[language]}
                    <p className={styles.muted}>
                      <code>{rule.id}</code> · {rule.roles.map((role) => word('role', role)).join('、')} ·{' '}
                      {rule.relations.map((relation) => word('relation', relation)).join('、')}
                    </p>
                  </span>
                  <Badge>{word('effect', rule.effect)}</Badge>
                </li>
              ))}
            </ul>
          </Panel>
        ) : null}
      </Stack>
    </>
  );
}
