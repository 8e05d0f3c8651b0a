import type { EvidockError } from '#domain/errors';
import type { Lanes, Passage, Pulled } from '#ports/lanes';
import type { VaultDraft } from '#ports/vault';
import { VAULT_WRITE_ERRORS, writeError } from '../durable-file.ts';
import { type PoolMember, WorkerPool } from './worker-pool.ts';

/** What a lane is asked; `draft` and `source` are descriptors of this process. Answered unless it is `open` or `abort`. */
export type LaneRequest = { readonly passage: number; readonly id: number } & (
  | { readonly kind: 'open'; readonly draft: number | null }
  | { readonly kind: 'take'; readonly chunk: Uint8Array; readonly position: number }
  | { readonly kind: 'pull'; readonly source: number; readonly start: number; readonly end: number }
  | { readonly kind: 'digest' }
  | { readonly kind: 'abort' }
);

export type LaneAnswer = { readonly id: number } & (
  | { readonly pulled: Pulled }
  | { readonly sha256: string }
  | { readonly error: { readonly code: string; readonly message: string } }
);

interface Pending {
  readonly resolve: (answer: LaneAnswer) => void;
  readonly reject: (error: EvidockError) => void;
}

/**
 * Lanes on worker threads. A reading lane takes one file at a time and may read it itself. The other lanes are shared by files, get their
 * bytes from the main thread, and never wait for a recorder.
 */
export class WorkerLanes implements Lanes {
  readonly #reading: WorkerPool<Pending>;
  readonly #fed: WorkerPool<Pending>;
  #next = 1;

  constructor(options: { threads: number }) {
    this.#reading = this.#poolOf(options.threads);
    this.#fed = this.#poolOf(options.threads);
  }

  #poolOf(size: number): WorkerPool<Pending> {
    return new WorkerPool<Pending>({
      script: new URL('./lane-worker.ts', import.meta.url),
      size,
      onMessage: (member, message) => {
        const answer = message as LaneAnswer;
        const pending = member.pending.get(answer.id);
        if (!pending) return;
        member.pending.delete(answer.id);
        if (member.pending.size === 0) member.worker.unref();
        pending.resolve(answer);
      },
      onLost: (pending, error) => {
        for (const each of pending) each.reject(error);
      },
    });
  }

  open(draft: VaultDraft | null, options: { reads: boolean }): Passage {
    const own = options.reads ? this.#reading.pickIdle() : null;
    return new WorkerPassage(own ?? this.#fed.pick(), draft, { reads: own !== null, number: () => this.#next++ });
  }

  async close(): Promise<void> {
    await Promise.all([this.#reading.close(), this.#fed.close()]);
  }
}

class WorkerPassage implements Passage {
  readonly reads: boolean;
  readonly #member: PoolMember<Pending>;
  readonly #draft: VaultDraft | null;
  readonly #number: () => number;
  readonly #passage: number;
  #open = true;

  constructor(member: PoolMember<Pending>, draft: VaultDraft | null, options: { reads: boolean; number: () => number }) {
    this.reads = options.reads;
    this.#member = member;
    this.#draft = draft;
    this.#number = options.number;
    this.#passage = this.#number();
    member.load += 1;
    this.#tell({ kind: 'open', passage: this.#passage, id: 0, draft: draft?.descriptor ?? null });
  }

  take(chunk: Uint8Array, bytes: number, position: number): Promise<Pulled> {
    const part = bytes === chunk.length ? chunk : chunk.subarray(0, bytes);
    return this.#pass({ kind: 'take', passage: this.#passage, id: this.#number(), chunk: part, position });
  }

  pull(descriptor: number, { start, end }: { readonly start: number; readonly end: number }): Promise<Pulled> {
    return this.#pass({ kind: 'pull', passage: this.#passage, id: this.#number(), source: descriptor, start, end });
  }

  async digest(): Promise<string> {
    const answer = await this.#ask({ kind: 'digest', passage: this.#passage, id: this.#number() });
    this.#close();
    return 'sha256' in answer ? answer.sha256 : '';
  }

  abort(): void {
    if (!this.#open) return;
    this.#tell({ kind: 'abort', passage: this.#passage, id: 0 });
    this.#close();
  }

  #close(): void {
    if (this.#open) this.#member.load -= 1;
    this.#open = false;
  }

  async #pass(request: LaneRequest): Promise<Pulled> {
    const answer = await this.#ask(request);
    if (!('pulled' in answer)) throw new Error('a lane gave another answer than was asked for');
    this.#draft?.wrote(answer.pulled.bytes);
    return answer.pulled;
  }

  async #ask(request: LaneRequest): Promise<LaneAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<LaneAnswer>();
    this.#member.pending.set(request.id, { resolve, reject });
    this.#member.worker.ref();
    this.#tell(request);
    const answer = await promise;
    if ('error' in answer) {
      const { code, message } = answer.error;
      throw writeError(VAULT_WRITE_ERRORS, `${this.#draft?.key ?? 'a digest'}: write`, Object.assign(new Error(message), { code }));
    }
    return answer;
  }

  #tell(request: LaneRequest): void {
    this.#member.worker.postMessage(request);
  }
}
