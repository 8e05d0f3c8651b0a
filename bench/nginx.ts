import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { errnoOf } from '#domain/errno';

/** Debian puts it where not every user looks. */
const PATH = `${process.env['PATH']}:/usr/sbin:/usr/local/sbin`;
const START_MS_MAX = 10_000;

/** Debian's nginx with one worker on a port of its own. */
export interface Nginx {
  readonly pid: number;
  readonly port: number;
  readonly version: string;
  stop(): Promise<void>;
}

/** Serves the directory of this file. null: nginx is not installed. */
export async function startNginx(home: string, file: string): Promise<Nginx | null> {
  const asked = spawnSync('nginx', ['-v'], { encoding: 'utf8', env: { ...process.env, PATH } });
  if (asked.error) {
    if (errnoOf(asked.error) === 'ENOENT') return null;
    throw asked.error;
  }
  const port = await freePort();
  const config = join(home, 'nginx.conf');
  writeFileSync(config, configOf(home, dirname(file), port));
  const log = join(home, 'nginx.log');
  const child = spawn('nginx', ['-p', home, '-c', config, '-e', log], {
    env: { ...process.env, PATH },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await listens(child, port);
  return { pid: child.pid ?? 0, port, version: asked.stderr.trim().replace('nginx version: ', ''), stop: () => stopped(child) };
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

function configOf(home: string, root: string, port: number): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${join(home, name)};`);
  return `
${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off;
worker_processes 1;
pid ${join(home, 'nginx.pid')};
events { worker_connections 1024; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  ${temporary.join('\n  ')}
  server { listen 127.0.0.1:${port}; root ${root}; }
}
`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function listens(child: ChildProcess, port: number): Promise<void> {
  for (const from = performance.now(); performance.now() - from < START_MS_MAX; ) {
    if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}`);
    const socket = connect(port, '127.0.0.1');
    const answered = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    socket.destroy();
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await stopped(child);
  throw new Error('nginx did not listen in time');
}
