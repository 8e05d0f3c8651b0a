import type { Rows } from '../client/queries.ts';
import { useSay } from '../texts/say.ts';
import { Button } from './kit.tsx';

/** Brings the next page of a list, where there is one. */
export function More({ list }: { readonly list: Pick<Rows<unknown>, 'hasMore' | 'more' | 'loadingMore'> }) {
  const say = useSay();
  if (!list.hasMore) return null;
  return (
    <Button onClick={list.more} busy={list.loadingMore}>
      {say('list.more')}
    </Button>
  );
}
