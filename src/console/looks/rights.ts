import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Schemas } from '../client/api.ts';
import type { Topic } from '../client/live.ts';
import { ask } from '../client/request.ts';

export type Action = Schemas['Rights']['can'][number]['action'];
export type Effect = Schemas['Rights']['can'][number]['effect'];

const TOPICS: readonly Topic[] = ['recordings', 'cases', 'callUps', 'policies', 'people'];
/** Recordings in one question. */
const ASKED_MAX = 100;

/** What who is signed in may do with recordings now; undefined: not told yet. What they may not see is refused. */
export function useRights(recordings: readonly string[]): ((recording: string, action: Action) => Effect) | undefined {
  const { data } = useQuery({
    queryKey: [{ topics: TOPICS }, 'rights', recordings.join(' ')],
    queryFn: async ({ signal }) => {
      const items: Schemas['Rights'][] = [];
      for (let at = 0; at < recordings.length; at += ASKED_MAX)
        items.push(...(await ask('GET /api/v1/rights', { query: { recording: recordings.slice(at, at + ASKED_MAX) }, signal })).items);
      return items;
    },
    enabled: recordings.length > 0,
    placeholderData: keepPreviousData,
  });
  return useMemo(() => {
    if (!data) return undefined;
    const byId = new Map(data.map(({ recording, can }) => [recording, new Map(can.map(({ action, effect }) => [action, effect]))]));
    return (recording, action) => byId.get(recording)?.get(action) ?? 'refuse';
  }, [data]);
}

/** The narrowest of what is allowed for several: what holds for all of them. */
export function narrowest(effects: readonly Effect[]): Effect {
  const order: readonly Effect[] = ['refuse', 'needs-approval', 'allow-with-reason', 'allow'];
  return order.find((effect) => effects.includes(effect)) ?? 'refuse';
}
