import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { ask, urlOf } from '../client/request.ts';

/** What stands for a recording in lists: of a film its poster, of a photo its thumbnail. */
const KINDS = ['poster', 'thumbnail'] as const;

/** Pictures that one entry of the log may tell of. */
const ANNOUNCED_MAX = 100;

type Kind = (typeof KINDS)[number];

interface Pictured {
  readonly id: string;
  readonly picture: Kind | null;
}

/** null: nothing that was made of it stands for it. */
export function pictureOf(made: readonly { readonly kind: string }[]): Kind | null {
  return KINDS.find((kind) => made.some((each) => each.kind === kind)) ?? null;
}

export function pictureUrl(id: string, kind: Kind): string {
  return urlOf('GET /api/v1/recordings/{id}/derivatives/{kind}', { path: { id, kind } });
}

interface Options {
  readonly forCase?: string;
  /** false: whoever looks may see none. */
  readonly enabled?: boolean;
}

/** Puts the pictures of a page on record, before the first of them is asked for: one entry for those of a kind. Answers those that the station let through. */
export function useShown(items: readonly Pictured[], { forCase, enabled = true }: Options = {}): ReadonlySet<string> {
  const wanted = KINDS.map((kind) => ({ kind, ids: items.filter(({ picture }) => picture === kind).map(({ id }) => id) }));
  const { data } = useQuery({
    queryKey: [{ topics: [] }, 'pictures', forCase ?? '', ...wanted.map(({ ids }) => ids.join(' '))],
    queryFn: async () => {
      const shown: string[] = [];
      for (const { kind, ids } of wanted)
        for (let at = 0; at < ids.length; at += ANNOUNCED_MAX) {
          const recordings = ids.slice(at, at + ANNOUNCED_MAX);
          const body = { recordings, kind, ...(forCase === undefined ? {} : { case: forCase }) };
          shown.push(...(await ask('POST /api/v1/looks/thumbnails', { body })).recordings);
        }
      return shown;
    },
    enabled: enabled && wanted.some(({ ids }) => ids.length > 0),
    // A page that is shown again within this time is the same look.
    staleTime: 4 * 60_000,
  });
  return useMemo(() => new Set(data ?? []), [data]);
}
