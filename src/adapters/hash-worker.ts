import { createHash, type Hash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';

type Request =
  | { kind: 'open'; stream: number; algorithm: 'sha256' | 'sm3' }
  | { kind: 'update'; stream: number; request: number; chunk: Uint8Array }
  | { kind: 'digest'; stream: number; request: number }
  | { kind: 'abort'; stream: number };

const hashes = new Map<number, Hash>();

function answer(message: Request): { request: number; hex?: string } | null {
  if (message.kind === 'open') {
    hashes.set(message.stream, createHash(message.algorithm));
    return null;
  }
  if (message.kind === 'abort') {
    hashes.delete(message.stream);
    return null;
  }
  const hash = hashes.get(message.stream);
  if (!hash) throw new Error(`no hash for stream ${message.stream}`);
  if (message.kind === 'update') {
    hash.update(message.chunk);
    return { request: message.request };
  }
  hashes.delete(message.stream);
  return { request: message.request, hex: hash.digest('hex') };
}

parentPort?.on('message', (message: Request) => {
  const reply = answer(message);
  if (reply) parentPort?.postMessage(reply);
});
