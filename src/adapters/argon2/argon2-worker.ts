import { argon2Sync } from 'node:crypto';
import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import type { Argon2Parameters } from '#domain/sign-in/phc';

export interface HashRequest {
  readonly secret: string;
  readonly salt: Uint8Array;
  readonly tagBytes: number;
  readonly parameters: Argon2Parameters;
}

/** Below everything that takes footage in, above nothing. On Linux this is the priority of this thread alone. */
const NICENESS = 15;
setPriority(NICENESS);

parentPort?.on('message', ({ secret, salt, tagBytes, parameters: { memory, passes, lanes } }: HashRequest) => {
  const cost = { memory, passes, parallelism: lanes, tagLength: tagBytes };
  parentPort?.postMessage(argon2Sync('argon2id', { message: Buffer.from(secret), nonce: salt, ...cost }));
});
