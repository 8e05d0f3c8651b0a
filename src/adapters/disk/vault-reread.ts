import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { RereadOptions } from '#ports/vault';
import { WorkerPool } from './worker-pool.ts';

export interface RereadResult {
  readonly bytes: number;
  readonly sha256: string;
  readonly sm3: string | null;
  readonly method: 'direct' | 'nocache' | 'cached';
  /** SHA-256 of each block, one behind the other; null: not asked for. */
  readonly blocks: Uint8Array | null;
}

interface Pending {
  readonly key: string;
  readonly resolve: (result: RereadResult) => void;
  readonly reject: (error: unknown) => void;
  readonly onBytes: ((bytes: number) => void) | undefined;
}

type Message =
  | { id: number; progress: number }
  | { id: number; result: RereadResult }
  | { id: number; error: { code: string; message: string } };

/** Re-reads files from the disk, past the page cache, in threads of their own. */
export class Rereader {
  readonly #pool: WorkerPool<Pending>;
  #next = 1;

  constructor(threads: number) {
    this.#pool = new WorkerPool<Pending>({
      script: new URL('./vault-reread-worker.ts', import.meta.url),
      size: threads,
      onMessage: (member, message) => {
        const answer = message as Message;
        const pending = member.pending.get(answer.id);
        if (!pending) return;
        if ('progress' in answer) {
          pending.onBytes?.(answer.progress);
          return;
        }
        member.pending.delete(answer.id);
        member.load -= 1;
        if (member.load === 0) member.worker.unref();
        if ('result' in answer) {
          if (answer.result.bytes > 0) pending.onBytes?.(answer.result.bytes);
          pending.resolve(answer.result);
        } else pending.reject(translate(pending.key, answer.error));
      },
      onLost: (pending, error) => {
        for (const each of pending) each.reject(error);
      },
    });
  }

  reread(key: string, path: string, options: RereadOptions): Promise<RereadResult> {
    return new Promise((resolve, reject) => {
      options.signal?.throwIfAborted();
      const stop = new Int32Array(new SharedArrayBuffer(4));
      const onAbort = () => {
        Atomics.store(stop, 0, 1);
        Atomics.notify(stop, 0);
      };
      options.signal?.addEventListener('abort', onAbort, { once: true });
      const settle = <A extends unknown[]>(then: (...args: A) => void) => {
        return (...args: A) => {
          options.signal?.removeEventListener('abort', onAbort);
          then(...args);
        };
      };
      const member = this.#pool.pick();
      const id = this.#next++;
      member.load += 1;
      member.worker.ref();
      member.pending.set(id, { key, resolve: settle(resolve), reject: settle(reject), onBytes: options.onBytes });
      member.worker.postMessage({ id, path, sm3: options.sm3, blockBytes: options.blockBytes ?? 0, stop, pace: options.pace });
    });
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}

function translate(key: string, error: { code: string; message: string }): Error {
  if (error.code === 'ENOENT') return new EvidockError('vault.missing', because('key', { key }));
  if (error.code === 'ABORT') return new DOMException('The re-read was stopped', 'AbortError');
  return new EvidockError('vault.read-failed', because('thing-errno', { thing: key, errno: error.code || error.message }));
}
