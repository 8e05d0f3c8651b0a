import { useState } from 'react';
import { useRows } from '../../client/queries.ts';
import type { Answer } from '../../client/request.ts';
import { Badge, CheckField, Empty, Filters, Loading, PageHead, Panel, Stack, TextField } from '../../kit/kit.tsx';
import { ProblemNote } from '../../kit/problem.tsx';
import { useSay, useWord } from '../../texts/say.ts';
import styles from './station.module.css';

type Setting = Answer<'GET /api/v1/configuration'>['items'][number];

/** The configuration in force, field by field, and where each value comes from. It is changed in its file, and read when the station starts. */
export function Page() {
  const say = useSay();
  const list = useRows('GET /api/v1/configuration', { query: { limit: 1000 } }, { topics: [] });
  const [text, setText] = useState('');
  const [setOnly, setSetOnly] = useState(false);
  const wanted = text.trim().toLowerCase();
  const shown = list.rows.filter(
    ({ path, environment, from }) =>
      (wanted === '' || path.toLowerCase().includes(wanted) || environment.toLowerCase().includes(wanted)) &&
      !(setOnly && from === 'default'),
  );
  const sections = Map.groupBy(shown, ({ path }) => path.slice(0, path.indexOf('.')));
  return (
    <>
      <PageHead title={say('configuration.title')} subtitle={say('configuration.about')} />
      <Stack>
        <Panel>
          <Filters>
            <TextField
              label={say('configuration.find')}
              type="search"
              value={text}
              onChange={(event) => setText(event.target.value)}
              spellCheck={false}
            />
            <CheckField label={say('configuration.set-only')} checked={setOnly} onChange={(event) => setSetOnly(event.target.checked)} />
          </Filters>
        </Panel>
        {list.error ? <ProblemNote error={list.error} again={list.again} /> : null}
        {list.loading ? <Loading /> : null}
        {!list.loading && shown.length === 0 ? <Empty text={say('configuration.none')} /> : null}
        {[...sections].map(([section, settings]) => (
          <Panel key={section} title={section}>
            <dl className={styles.settings}>
              {settings.map((setting) => (
                <SettingRow key={setting.path} setting={setting} />
              ))}
            </dl>
          </Panel>
        ))}
      </Stack>
    </>
  );
}

function SettingRow({ setting: { path, value, from, environment } }: { readonly setting: Setting }) {
  const say = useSay();
  const word = useWord();
  return (
    <div className={styles.setting}>
      <dt title={environment}>
        <code>{path.slice(path.indexOf('.') + 1)}</code>
      </dt>
      <dd>
        {value === '' || (Array.isArray(value) && value.length === 0) ? (
          <span className={styles.muted}>{say('configuration.empty')}</span>
        ) : (
          <code>{typeof value === 'string' ? value : JSON.stringify(value)}</code>
        )}
      </dd>
      <dd className={styles.origin}>
        {from === 'default' ? (
          <span className={styles.muted}>{word('origin', from)}</span>
        ) : (
          <Badge tone="info">{word('origin', from)}</Badge>
        )}
      </dd>
    </div>
  );
}
