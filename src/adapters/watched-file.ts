import { watch } from 'chokidar';

/** An editor writes a file in several steps. */
const STILL_MS = 300;

/**
 * Calls `onChange` some time after a file was changed or replaced, and `onError` with what went wrong with the watch, which may then miss changes. Returns what
 * stops it.
 */
export function watchFile(path: string, onChange: () => void, onError: (error: unknown) => void): () => Promise<void> {
  const watcher = watch(path, { ignoreInitial: true, awaitWriteFinish: { stabilityThreshold: STILL_MS, pollInterval: 100 } });
  watcher.on('all', onChange);
  watcher.on('error', onError);
  return () => watcher.close();
}
