import {
  infiniteQueryOptions,
  keepPreviousData,
  QueryClient,
  type UseQueryResult,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Topic } from './live.ts';
import { type Answer, ask, askTagged, type Input, Refused, type RouteName, type Tagged, urlOf } from './request.ts';

const KEPT_MS = 5 * 60_000;
const TRIES_MAX = 3;

/** One for all pages. What the station refused is not asked again by itself; what did not reach it is. */
export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        gcTime: KEPT_MS,
        // The live stream tells what is old.
        staleTime: KEPT_MS,
        refetchOnWindowFocus: false,
        retry: (count, error) => !(error instanceof Refused) && count < TRIES_MAX,
      },
      mutations: { retry: false },
    },
  });
}

interface Options {
  /** Changes of these make what is shown old, and it is read again. */
  readonly topics: readonly Topic[];
  /** false: not yet. */
  readonly enabled?: boolean;
}

/** Keys of queries: what it is of, so that changes find it, and the URL. */
export function keyOf<K extends RouteName>(route: K, input: Input<K>, topics: readonly Topic[]): readonly unknown[] {
  return [{ topics }, route, urlOf(route, input)];
}

/** What a GET answers, read again when one of the topics changed. */
export function useAsk<K extends RouteName>(
  route: K,
  input: Input<K>,
  { topics, enabled = true }: Options,
): UseQueryResult<Answer<K>, Error> {
  return useQuery<unknown>({
    queryKey: keyOf(route, input, topics),
    queryFn: ({ signal }) => ask(route, { ...input, signal }),
    enabled,
    placeholderData: keepPreviousData,
  }) as UseQueryResult<Answer<K>, Error>;
}

/** The same with the ETag, for what is changed on the page. */
export function useAskTagged<K extends RouteName>(
  route: K,
  input: Input<K>,
  { topics, enabled = true }: Options,
): UseQueryResult<Tagged<K>, Error> {
  return useQuery({
    queryKey: [...keyOf(route, input, topics), 'tagged'],
    queryFn: ({ signal }) => askTagged(route, { ...input, signal }),
    enabled,
  }) as UseQueryResult<Tagged<K>, Error>;
}

type Paged<K extends RouteName> =
  Answer<K> extends { readonly items: readonly (infer Item)[]; readonly next: string | null } ? Item : never;

export interface Rows<Item> {
  readonly rows: readonly Item[];
  readonly error: Error | null;
  /** Nothing has come yet. */
  readonly loading: boolean;
  readonly hasMore: boolean;
  readonly loadingMore: boolean;
  readonly more: () => void;
  readonly again: () => void;
}

function rowsQuery<K extends RouteName>(route: K, input: Input<K>, topics: readonly Topic[]) {
  return infiniteQueryOptions({
    queryKey: [...keyOf(route, input, topics), 'rows'],
    queryFn: ({ signal, pageParam }) =>
      ask(route, {
        ...input,
        signal,
        query: { ...input.query, ...(pageParam === null ? {} : { cursor: pageParam }) },
      } as Input<K>) as Promise<{
        readonly items: readonly Paged<K>[];
        readonly next: string | null;
      }>,
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
  });
}

/** Asks for rows at once that `useRows` is about to show: the answer is on its way while the page is drawn. */
export function useRowsAhead(): <K extends RouteName>(route: K, input: Input<K>, topics: readonly Topic[]) => void {
  const client = useQueryClient();
  // What cannot be read says so where it is shown.
  return (route, input, topics) => void client.prefetchInfiniteQuery(rowsQuery(route, input, topics));
}

/** The rows of a list that comes page by page. */
export function useRows<K extends RouteName>(route: K, input: Input<K>, { topics, enabled = true }: Options): Rows<Paged<K>> {
  const query = useInfiniteQuery({ ...rowsQuery(route, input, topics), enabled });
  const { data } = query;
  // The same answer is the same array, so that what is worked out from rows is worked out once.
  const rows = useMemo(() => data?.pages.flatMap(({ items }) => items) ?? [], [data]);
  return {
    rows,
    error: query.error,
    loading: query.isPending && enabled,
    hasMore: query.hasNextPage,
    loadingMore: query.isFetchingNextPage,
    more: () => void query.fetchNextPage(),
    again: () => void query.refetch(),
  };
}

/** Whatever shows one of these topics is read again; everything if none is named. */
export function markOld(client: QueryClient, topics: readonly string[] | null): void {
  void client.invalidateQueries({
    predicate: ({ queryKey: [about] }) => {
      const shown = (about as { readonly topics?: readonly string[] } | undefined)?.topics ?? [];
      return topics === null || shown.some((topic) => topics.includes(topic));
    },
  });
}
