import { readFile } from 'node:fs/promises';
import { errnoOf } from '#domain/errno';
import type { Heartbeat } from '#domain/machine/heartbeat';
import { numberAt } from '#domain/machine/json';
import type { HeartbeatSender } from '#ports/heartbeat-sender';
import { putDurably, VAULT_WRITE_ERRORS } from '../durable-file.ts';
import { postSigned, type SignedPostOptions } from './signed-post.ts';

interface Options extends SignedPostOptions {
  /** Where it stands when the last one was taken. */
  readonly file: string;
}

/** When the last heartbeat was taken, or the first was tried; null: there was none, or the file is not understood. */
export async function silentSince(file: string): Promise<number | null> {
  try {
    return numberAt(JSON.parse(await readFile(file, 'utf8')), 'silentSinceMs');
  } catch (error) {
    if (error instanceof SyntaxError || errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Posts heartbeats to one URL, signed as notices are. */
export class HeartbeatWebhook implements HeartbeatSender {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  send(beat: Heartbeat, signal: AbortSignal): Promise<void> {
    return postSigned(this.#options, beat, signal);
  }

  silentSinceMs(): Promise<number | null> {
    return silentSince(this.#options.file);
  }

  keepSilentSince(ms: number): Promise<void> {
    const bytes = Buffer.from(`${JSON.stringify({ silentSinceMs: ms })}\n`);
    return putDurably(this.#options.file, bytes, { label: 'time of the last heartbeat', errors: VAULT_WRITE_ERRORS });
  }
}
