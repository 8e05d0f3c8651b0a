import { useQuery } from '@tanstack/react-query';
import { createContext, type ReactNode, use, useMemo, useState } from 'react';
import type { Schemas } from '../client/api.ts';
import { ask, urlOf } from '../client/request.ts';
import { lengthText } from '../kit/figures.ts';
import { classes } from '../kit/kit.tsx';
import { useSay, useWord } from '../texts/say.ts';
import { Along } from './along.tsx';
import styles from './looks.module.css';
import { useRights } from './rights.ts';

type Recording = Schemas['Recording'];

/** Pictures that one entry of the log may tell of. */
const ANNOUNCED_MAX = 100;

interface Seen {
  /** Recordings whose pictures are on record. */
  readonly shown: ReadonlySet<string>;
  /** Whether somebody may look at once, without saying why. */
  readonly atOnce: (recording: string) => boolean;
}

const Shown = createContext<Seen>({ shown: new Set(), atOnce: () => false });

interface PostersProps {
  /** What this page shows. */
  readonly recordings: readonly Recording[];
  readonly forCase?: string;
  readonly children: ReactNode;
}

/** Puts the pictures of a page on record with one entry, before the first of them is asked for. Inside, `Poster` shows them. */
export function Posters({ recordings, forCase, children }: PostersProps) {
  const ids = recordings.filter(hasPoster).map(({ id }) => id);
  const groups = Array.from({ length: Math.ceil(ids.length / ANNOUNCED_MAX) }, (_, at) =>
    ids.slice(at * ANNOUNCED_MAX, (at + 1) * ANNOUNCED_MAX),
  );
  const { data } = useQuery({
    queryKey: [{ topics: [] }, 'posters', forCase ?? '', ids.join(' ')],
    queryFn: async () => {
      const shown: string[] = [];
      for (const group of groups) {
        const body = { recordings: group, kind: 'poster' as const, ...(forCase === undefined ? {} : { case: forCase }) };
        shown.push(...(await ask('POST /api/v1/looks/thumbnails', { body })).recordings);
      }
      return shown;
    },
    enabled: ids.length > 0,
    // A page that is shown again within this time is the same look.
    staleTime: 4 * 60_000,
  });
  const effectOf = useRights(ids);
  const seen = useMemo<Seen>(() => ({ shown: new Set(data ?? []), atOnce: (id) => effectOf?.(id, 'look') === 'allow' }), [data, effectOf]);
  return <Shown value={seen}>{children}</Shown>;
}

function hasPoster({ derivatives }: Recording): boolean {
  return derivatives.some(({ kind }) => kind === 'poster');
}

/** The picture of a recording with its length, or what it is where there is none. */
export function Poster({ recording, small = false }: { readonly recording: Recording; readonly small?: boolean }) {
  const say = useSay();
  const word = useWord();
  const { shown: all, atOnce } = use(Shown);
  const shown = all.has(recording.id);
  const [failed, setFailed] = useState(false);
  const src = urlOf('GET /api/v1/recordings/{id}/derivatives/{kind}', { path: { id: recording.id, kind: 'poster' } });
  return (
    <span className={classes(styles.poster, small && styles.small)}>
      {shown && hasPoster(recording) && !failed ? (
        <img src={src} alt={say('poster.of', { id: recording.id })} loading="lazy" onError={() => setFailed(true)} />
      ) : (
        <span className={styles.noPicture}>{word('kind', recording.kind)}</span>
      )}
      {shown && !small && atOnce(recording.id) ? <Along recording={recording} /> : null}
      {recording.durationMs === null ? null : <span className={styles.length}>{lengthText(recording.durationMs)}</span>}
    </span>
  );
}
