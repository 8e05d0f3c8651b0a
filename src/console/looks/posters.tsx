import { createContext, type ReactNode, use, useMemo, useState } from 'react';
import type { Schemas } from '../client/api.ts';
import { lengthText } from '../kit/figures.ts';
import { classes } from '../kit/kit.tsx';
import { useSay, useWord } from '../texts/say.ts';
import { Along } from './along.tsx';
import styles from './looks.module.css';
import { pictureOf, pictureUrl, useShown } from './pictures.ts';
import { useRights } from './rights.ts';

type Recording = Schemas['Recording'];

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

/** Puts the pictures of a page on record, before the first of them is asked for. Inside, `Poster` shows them. */
export function Posters({ recordings, forCase, children }: PostersProps) {
  const pictured = recordings.map(({ id, derivatives }) => ({ id, picture: pictureOf(derivatives) }));
  const shown = useShown(pictured, forCase === undefined ? {} : { forCase });
  const ids = pictured.filter(({ picture }) => picture !== null).map(({ id }) => id);
  const effectOf = useRights(ids);
  const seen = useMemo<Seen>(() => ({ shown, atOnce: (id) => effectOf?.(id, 'look') === 'allow' }), [shown, effectOf]);
  return <Shown value={seen}>{children}</Shown>;
}

/** The picture of a recording with its length, or what it is where there is none. */
export function Poster({ recording, small = false }: { readonly recording: Recording; readonly small?: boolean }) {
  const say = useSay();
  const word = useWord();
  const { shown: all, atOnce } = use(Shown);
  const shown = all.has(recording.id);
  const [failed, setFailed] = useState(false);
  const picture = pictureOf(recording.derivatives);
  return (
    <span className={classes(styles.poster, small && styles.small)}>
      {shown && picture !== null && !failed ? (
        <img
          src={pictureUrl(recording.id, picture)}
          alt={say('poster.of', { id: recording.id })}
          loading="lazy"
          onError={() => setFailed(true)}
        />
      ) : (
        <span className={styles.noPicture}>{word('kind', recording.kind)}</span>
      )}
      {shown && !small && atOnce(recording.id) ? <Along recording={recording} /> : null}
      {recording.durationMs === null ? null : <span className={styles.length}>{lengthText(recording.durationMs)}</span>}
    </span>
  );
}
