import { useMemo } from 'react';
import type { Schemas } from '../client/api.ts';
import { useAsk } from '../client/queries.ts';

export type Action = Schemas['Rights']['can'][number]['action'];
export type Effect = Schemas['Rights']['can'][number]['effect'];

/** What who is signed in may do with recordings now; undefined: not told yet. What they may not see is refused. */
export function useRights(recordings: readonly string[]): ((recording: string, action: Action) => Effect) | undefined {
  const asked = recordings.slice(0, 200);
  const { data } = useAsk(
    'GET /api/v1/rights',
    { query: { recording: asked } },
    { topics: ['recordings', 'cases', 'callUps', 'policies', 'people'], enabled: asked.length > 0 },
  );
  return useMemo(() => {
    if (!data) return undefined;
    const byId = new Map(data.items.map(({ recording, can }) => [recording, new Map(can.map(({ action, effect }) => [action, effect]))]));
    return (recording, action) => byId.get(recording)?.get(action) ?? 'refuse';
  }, [data]);
}

/** The narrowest of what is allowed for several: what holds for all of them. */
export function narrowest(effects: readonly Effect[]): Effect {
  const order: readonly Effect[] = ['refuse', 'needs-approval', 'allow-with-reason', 'allow'];
  return order.find((effect) => effects.includes(effect)) ?? 'refuse';
}
