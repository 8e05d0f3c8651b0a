/*
 * One stream of changes for all tabs of a browser: six of them would use up every connection that a browser opens to one station over HTTP/1.1, without a word. The tab that
 * holds the lock listens and tells the others over a channel; when it goes, the next one takes the lock.
 */

/** What can change, as the station names it (`GET /api/v1/changes`). */
export type Topic =
  | ('recordings' | 'originals' | 'dockings' | 'work' | 'registry' | 'cases' | 'policies' | 'people' | 'signIn' | 'doors' | 'callUps')
  | ('archive' | 'holds' | 'eviction' | 'disposals' | 'retention' | 'scrubs' | 'duties' | 'shifts' | 'slots');

export interface Live {
  /** `live`: the station was heard within the last seconds. */
  readonly state: 'connecting' | 'live' | 'lost';
  /** Time of the station when it was last heard, in its zone; null: never. */
  readonly at: string | null;
}

type Told =
  | { readonly kind: 'beat'; readonly at: string }
  | { readonly kind: 'changed'; readonly topics: readonly string[] }
  | { readonly kind: 'again' };

const URL_OF_CHANGES = '/api/v1/changes';
const NAME = 'evidock-live';
/** After so long without a word nothing is known any more. */
const SILENT_MS = 4800;
const LOOKED_MS = 400;
const WAITS_MS = [1000, 2000, 4000, 8000, 15_000];

interface Listener {
  /** null: anything may have changed, because the stream was cut. */
  readonly changed: (topics: readonly string[] | null) => void;
  readonly state: (live: Live) => void;
}

/** Listens until the function that it returns is called. */
export function listenToChanges({ changed, state }: Listener): () => void {
  const channel = new BroadcastChannel(NAME);
  const stop = new AbortController();
  let live: Live = { state: 'connecting', at: null };
  let heardMs = performance.now();
  const show = (next: Live) => {
    if (next.state === live.state && next.at === live.at) return;
    live = next;
    state(live);
  };
  const hear = (told: Told) => {
    if (told.kind === 'changed') return changed(told.topics);
    if (told.kind === 'again') return changed(null);
    heardMs = performance.now();
    show({ state: 'live', at: told.at });
  };
  channel.onmessage = ({ data }: MessageEvent<Told>) => hear(data);
  const tell = (told: Told) => {
    channel.postMessage(told);
    hear(told);
  };
  const watch = setInterval(() => {
    if (performance.now() - heardMs > SILENT_MS) show({ state: 'lost', at: live.at });
  }, LOOKED_MS);
  void navigator.locks
    .request(NAME, { signal: stop.signal }, () => lead(tell, stop.signal))
    .catch((error: unknown) => {
      if (!stop.signal.aborted) throw error;
    });
  return () => {
    stop.abort();
    clearInterval(watch);
    channel.close();
  };
}

/** Keeps a stream open for as long as this tab lives. */
async function lead(tell: (told: Told) => void, signal: AbortSignal): Promise<void> {
  let tries = 0;
  let wasCut = false;
  while (!signal.aborted) {
    await new Promise<void>((end) => {
      const source = new EventSource(URL_OF_CHANGES);
      const close = () => {
        source.close();
        end();
      };
      signal.addEventListener('abort', close, { once: true });
      source.onopen = () => {
        tries = 0;
        // What changed while nobody listened is unknown.
        if (wasCut) tell({ kind: 'again' });
      };
      source.addEventListener('beat', ({ data }) => tell({ kind: 'beat', at: (JSON.parse(data) as { at: string }).at }));
      source.addEventListener('changed', ({ data }) =>
        tell({ kind: 'changed', topics: (JSON.parse(data) as { topics: string[] }).topics }),
      );
      // The browser's own way of coming back has no bound on how often it asks.
      source.onerror = close;
    });
    wasCut = true;
    if (signal.aborted) return;
    const wait = WAITS_MS[Math.min(tries, WAITS_MS.length - 1)] ?? 0;
    tries += 1;
    await new Promise((resolve) => setTimeout(resolve, wait * (0.75 + Math.random() / 2)));
  }
}
