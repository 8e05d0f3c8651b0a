import { useEffect } from 'react';
import { Link, useLocation } from 'wouter';
import { useAsk } from '../../client/queries.ts';
import { Empty, Loading, PageHead, Panel } from '../../kit/kit.tsx';
import { useSearchState } from '../../kit/search-state.ts';
import { useSession } from '../../shell/session.tsx';
import { useSay } from '../../texts/say.ts';
import styles from './footage.module.css';

/** What has a number: a recording, a case, a recorder, an officer, a docking. One hit alone is opened at once. */
export function Page() {
  const [get] = useSearchState();
  const text = get('q').trim();
  // Another number is another question: what the one before found must not stand beside it.
  return <Found key={text} text={text} />;
}

function Found({ text }: { readonly text: string }) {
  const say = useSay();
  const { has } = useSession();
  const [, go] = useLocation();
  const registry = has('see-registry');
  const recording = useAsk('GET /api/v1/recordings/{id}', { path: { id: text } }, { topics: [], enabled: /^rec-/.test(text) });
  const docking = useAsk(
    'GET /api/v1/dockings/{id}',
    { path: { id: text } },
    { topics: [], enabled: has('see-work') && /^dck-/.test(text) },
  );
  const found = useAsk('GET /api/v1/cases/{number}', { path: { number: text } }, { topics: [], enabled: text !== '' });
  const recorder = useAsk('GET /api/v1/recorders/{serial}', { path: { serial: text } }, { topics: [], enabled: registry && text !== '' });
  const officer = useAsk('GET /api/v1/officers/{id}', { path: { id: text } }, { topics: [], enabled: registry && text !== '' });
  const asked = [recording, docking, found, recorder, officer];
  const waiting = asked.some(({ isFetching }) => isFetching);
  const hits = [
    ...(recording.data ? [{ href: `/recordings/${text}`, what: say('find.recording'), more: recording.data.recorderSerial }] : []),
    ...(docking.data ? [{ href: `/intake/${text}`, what: say('find.docking'), more: docking.data.docking.recorderSerial }] : []),
    ...(found.data ? [{ href: `/cases/${encodeURIComponent(text)}`, what: say('find.case'), more: found.data.title }] : []),
    ...(recorder.data
      ? [{ href: `/recorders/${encodeURIComponent(text)}`, what: say('find.recorder'), more: recorder.data.model ?? '' }]
      : []),
    ...(officer.data
      ? [{ href: `/recordings?officer=${encodeURIComponent(text)}`, what: say('find.officer'), more: officer.data.name }]
      : []),
  ];
  const only = !waiting && hits.length === 1 ? hits[0]?.href : undefined;
  useEffect(() => {
    if (only !== undefined) go(only, { replace: true });
  }, [only, go]);
  return (
    <>
      <PageHead title={say('find.title', { text })} />
      <Panel>
        {waiting ? <Loading /> : hits.length === 0 ? <Empty text={say('find.none', { text })} /> : null}
        <ul>
          {hits.map(({ href, what, more }) => (
            <li key={href} className={styles.row}>
              <Link href={href}>
                {what} {text}
              </Link>
              <span className={styles.muted}>{more}</span>
            </li>
          ))}
        </ul>
      </Panel>
    </>
  );
}
