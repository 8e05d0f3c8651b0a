import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SocketClient } from '#cli/client';
import { ROOT } from '#test/support/evidock';

/*
 * The sources of a station as the host has compiled them: the emulated processor takes minutes for what the host does in two seconds. Node
 * keeps what it has compiled by path, so the host compiles the checkout where the guest has it, in a namespace of mounts of its own.
 */

const START_MS_MAX = 120_000;
const LOOK_MS = 100;
/** Mounts this checkout at /opt/evidock, for this process alone, and runs a station from there. */
const IN_ITS_PLACE =
  'mount -t tmpfs none /opt && mkdir /opt/evidock && mount --bind "$1" /opt/evidock && shift && exec /opt/evidock/scripts/evidock "$@"';

/**
 * Runs a station until it answers and leaves what Node compiled for it in `into`. Where that cannot be done nothing is left there, and the guest
 * compiles by itself. Node looks for what it compiled by version and flags, and V8 at the source, so what does not
 * fit does no harm.
 */
export async function compileSources(into: string): Promise<void> {
  await mkdir(into);
  if (process.getuid?.() !== 0) return;
  const work = await mkdtemp(join(tmpdir(), 'evd-compile-'));
  try {
    const [config, state] = [join(work, 'station.json'), join(work, 'state')];
    // As the lab's stations, but with a real ffmpeg to look for, and without USB: the host's own devices are not to be docked.
    await writeFile(config, JSON.stringify({ station: { id: 'compile', timezone: 'Etc/UTC' }, dock: { usb: false }, http: { port: 0 } }));
    const station = spawn('unshare', ['-m', 'sh', '-c', IN_ITS_PLACE, 'sh', ROOT, '--config', config, '--state', state, 'run'], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, NODE_COMPILE_CACHE: into },
    });
    const said: Buffer[] = [];
    station.stderr.on('data', (chunk: Buffer) => said.push(chunk));
    const ended = once(station, 'exit');
    const client = new SocketClient({ socketPath: join(state, 'run/control.sock'), user: 'lab' });
    const end = performance.now() + START_MS_MAX;
    while (!(await client.answers().catch(() => false))) {
      if (station.exitCode !== null || performance.now() > end) {
        console.log(`  no sources were compiled here, so the guest compiles them: ${Buffer.concat(said)}`);
        station.kill('SIGKILL');
        return;
      }
      await sleep(LOOK_MS);
    }
    // Node writes what it has compiled when it ends.
    station.kill('SIGTERM');
    await ended;
    if ((await readdir(into)).length === 0) throw new Error('Node has kept nothing of what it compiled');
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
