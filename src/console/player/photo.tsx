import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { askFirstByte, urlOf } from '../client/request.ts';
import { classes, Loading } from '../kit/kit.tsx';
import { ProblemNote } from '../kit/problem.tsx';
import type { Stated } from '../looks/reason-gate.tsx';
import { useSay } from '../texts/say.ts';
import styles from './player.module.css';
import { Watermark } from './watermark.tsx';

interface PhotoProps {
  readonly id: string;
  readonly stated: Stated;
  readonly label: string;
}

/** A photo on the whole width, or at its own size, which is scrolled. The watermark stands over it as over a film. */
export function Photo({ id, stated: { reason, forCase }, label }: PhotoProps) {
  const say = useSay();
  const [whole, setWhole] = useState(true);
  const query = new URLSearchParams({ ...(reason === null ? {} : { reason }), ...(forCase === null ? {} : { case: forCase }) });
  const src = `${urlOf('GET /api/v1/recordings/{id}/derivatives/{kind}', { path: { id, kind: 'preview' } })}?${query}`;
  // Opens the look before the element does, which does not tell why it was refused.
  const look = useQuery({
    queryKey: [{ topics: [] }, 'look', src],
    queryFn: async ({ signal }) => (await askFirstByte(src, signal)).get('x-evidock-look'),
    retry: false,
  });
  if (look.error) return <ProblemNote error={look.error} again={() => void look.refetch()} />;
  if (look.isPending) return <Loading />;
  return (
    <figure className={classes(styles.photo, whole && styles.photoWhole)}>
      <button
        type="button"
        className={styles.photoButton}
        aria-pressed={!whole}
        onClick={() => setWhole(!whole)}
        title={say(whole ? 'photo.own-size' : 'photo.fit')}
      >
        <img src={src} alt={say('photo.of', { label })} />
      </button>
      <Watermark />
    </figure>
  );
}
