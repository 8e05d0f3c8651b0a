import { watch } from 'chokidar';

/** An editor writes a file in several steps. */
const STILL_MS = 300;

/** Calls `onChange` some time after the content of a file was changed, or the file was replaced. Returns what stops it. */
export function watchFile(path: string, onChange: () => void): () => Promise<void> {
  const watcher = watch(path, { ignoreInitial: true, awaitWriteFinish: { stabilityThreshold: STILL_MS, pollInterval: 100 } });
  watcher.on('all', onChange);
  // A watch that fails misses changes; the file is looked at with each start and each SIGHUP, too.
  watcher.on('error', () => undefined);
  return () => watcher.close();
}
