import type { Schemas } from './api.ts';

type PortSeen = Schemas['PortSeen'];

const URL_OF_EVENTS = '/api/v1/events';

/**
 * Listens to what is plugged in while slots are learnt, until the function that it returns is called. `opened`: from now on nothing is missed. This stream is opened for the lesson alone: what else the
 * station tells comes over the one of all tabs.
 */
export function listenToPorts(seen: (port: PortSeen) => void, opened: () => void): () => void {
  const source = new EventSource(URL_OF_EVENTS);
  source.onopen = opened;
  source.addEventListener('port', ({ data }) => seen(JSON.parse(data) as PortSeen));
  return () => source.close();
}
