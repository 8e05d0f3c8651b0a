/*
 * Goal: a thread that only moves bytes loads next to nothing. There are many of them, and each would pay for what it loads with its own memory and time.
 * Method: a thread is started with a hook that names every module that is loaded in it.
 */
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';

const HOOK = `
  import { registerHooks } from 'node:module';
  import { parentPort } from 'node:worker_threads';
  registerHooks({ load: (url, context, next) => { if (!url.startsWith('node:')) parentPort.postMessage(url); return next(url, context); } });`;

async function modulesOf(script: string): Promise<readonly string[]> {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(`${HOOK} await import('file://${file}');`)}`));
  const loaded: string[] = [];
  worker.on('message', (url: string) => loaded.push(url));
  try {
    await new Promise<void>((resolve, reject) => {
      worker.once('error', reject);
      worker.on('message', () => setTimeout(resolve, 500));
    });
    return loaded.map((url) => url.slice(url.indexOf('/src/') + 1)).filter((url) => url.startsWith('src/'));
  } finally {
    await worker.terminate();
  }
}

it.each(['lane-worker.ts', 'vault-reread-worker.ts'])('%s', async (script) => {
  const modules = await modulesOf(`./${script}`);
  expect(modules).toContain(`src/adapters/disk/${script}`);
  expect(modules.length).toBeLessThanOrEqual(6);
});
