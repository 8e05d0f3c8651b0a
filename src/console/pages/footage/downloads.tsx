import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useState } from 'react';
import type { Schemas } from '../../client/api.ts';
import { markOld } from '../../client/queries.ts';
import { urlOf } from '../../client/request.ts';
import { Dialog } from '../../kit/dialog.tsx';
import { sizeText } from '../../kit/figures.ts';
import { Button, Panel } from '../../kit/kit.tsx';
import { saveFrom } from '../../kit/save-file.ts';
import { ReasonGate, type Stated } from '../../looks/reason-gate.tsx';
import { type Action, useRights } from '../../looks/rights.ts';
import { useSession } from '../../shell/session.tsx';
import { useSay, useWord } from '../../texts/say.ts';
import styles from './footage.module.css';

type Recording = Schemas['Recording'];

interface Wanted {
  readonly action: Action;
  readonly url: string;
  readonly name: string;
}

/** How much is back, by a line of progress; null: the line tells something else. */
function percentOf(line: string | undefined): number | null {
  const told = line ? (JSON.parse(line) as { readonly bytes?: number; readonly bytesTotal?: number }) : {};
  if (told.bytes === undefined || !told.bytesTotal) return null;
  return Math.round((100 * told.bytes) / told.bytesTotal);
}

/** What can be taken out of the station, each behind the gate; and the way back for originals that the archive alone holds. */
export function Downloads({ recording }: { readonly recording: Recording }) {
  const say = useSay();
  const word = useWord();
  const client = useQueryClient();
  const { has } = useSession();
  const { id } = recording;
  const effectOf = useRights([id]);
  const [wanted, setWanted] = useState<Wanted | null>(null);
  const [fetching, setFetching] = useState<string | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const save = useCallback(
    async ({ reason, forCase }: Stated) => {
      if (!wanted) return;
      const query = new URLSearchParams({
        ...(reason === null ? {} : { reason }),
        ...(forCase === null ? {} : { case: forCase }),
      }).toString();
      const url = query === '' ? wanted.url : `${wanted.url}?${query}`;
      setWanted(null);
      setTrouble(null);
      // A browser that saves a file does not tell why it was refused. So it is asked for without its bytes first, which is no look.
      const answer = await fetch(url, { method: 'HEAD' }).catch(() => null);
      if (!answer?.ok) {
        const seconds = answer?.headers.get('retry-after') ?? null;
        setTrouble(seconds === null ? say('recording.copy-refused') : say('recording.copy-busy', { seconds }));
        return;
      }
      saveFrom(url, wanted.name);
    },
    [wanted, say],
  );
  if (!effectOf) return null;
  const originals = effectOf(id, 'export') === 'refuse' ? [] : recording.originals.filter(({ state }) => state === 'sealed');
  const copies =
    effectOf(id, 'download') === 'refuse' ? [] : recording.derivatives.filter(({ kind }) => kind === 'playable' || kind === 'salvage');
  const away = recording.originals.some(({ evictedAt }) => evictedAt !== null);
  if (originals.length + copies.length === 0 && !away) return null;
  const bringBack = async () => {
    setFetching(say('recording.fetching', { percent: 0 }));
    const answer = await fetch(urlOf('POST /api/v1/recordings/{id}/fetch', { path: { id } }), { method: 'POST' });
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      const lines = (rest + part.value).split('\n');
      rest = lines.pop() ?? '';
      const percent = percentOf(lines.at(-1));
      if (percent !== null) setFetching(say('recording.fetching', { percent }));
    }
    setFetching(say(answer.ok ? 'recording.fetched' : 'recording.not-fetched'));
    markOld(client, ['recordings', 'eviction']);
  };
  return (
    <Panel title={say('recording.downloads')}>
      <ul>
        {copies.map(({ kind, bytes, mediaType }) => (
          <li key={kind} className={styles.row}>
            <span className={styles.grow}>
              {word('derivative', kind)} <span className={styles.muted}>{sizeText(bytes)}</span>
            </span>
            <Button
              onClick={() =>
                setWanted({
                  action: 'download',
                  url: urlOf('GET /api/v1/recordings/{id}/derivatives/{kind}', { path: { id, kind } }),
                  name: `${id}-${kind}.${mediaType.split('/')[1] ?? 'bin'}`,
                })
              }
            >
              {say('recording.save')}
            </Button>
          </li>
        ))}
        {originals.map(({ index, shownPath, bytes }) => (
          <li key={index} className={styles.row}>
            <span className={styles.grow}>
              {say('recording.original', { index })} <span className={styles.muted}>{sizeText(bytes)}</span>
            </span>
            <Button
              onClick={() =>
                setWanted({
                  action: 'export',
                  url: urlOf('GET /api/v1/recordings/{id}/originals/{index}', { path: { id, index } }),
                  name: shownPath.split('/').at(-1) ?? `${id}-${index}`,
                })
              }
            >
              {say('recording.export')}
            </Button>
          </li>
        ))}
      </ul>
      {copies.length > 0 ? <p className={styles.muted}>{say('recording.copy-marked')}</p> : null}
      {trouble === null ? null : <p role="alert">{trouble}</p>}
      {away ? (
        <p>
          {say('recording.away')}{' '}
          {fetching === null ? (
            has('retry-work') ? (
              <Button onClick={() => void bringBack()}>{say('recording.fetch')}</Button>
            ) : null
          ) : (
            <span role="status">{fetching}</span>
          )}
        </p>
      ) : null}
      {wanted ? (
        <Dialog title={wanted.name} onClose={() => setWanted(null)}>
          <ReasonGate recordings={[id]} actions={[wanted.action]} cases={recording.caseNumbers} onStated={(stated) => void save(stated)} />
        </Dialog>
      ) : null}
    </Panel>
  );
}
