import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { cp, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { evidock, type RecordingJson, ROOT, runProgram, temporaryDirectory } from '#test/support/evidock';
import { adoptBefore } from './schedule.ts';

/** The roles of people, each with one account of its own: `demo-` and the role. */
const ROLES = ['officer', 'custodian', 'auditor', 'reviewer', 'system-administrator', 'security-administrator'] as const;
export type RoleName = (typeof ROLES)[number];

/** What tests of pages get of the station that runs for all of them. */
export interface ConsoleStation {
  /** `http://127.0.0.1:8470` */
  readonly address: string;
  /** Of the station, for `evidock --state-dir`. */
  readonly state: string;
  /** Directories that appear in it are docked. */
  readonly dock: string;
  /** Sample cards, by layout, not docked again. */
  readonly cards: string;
  readonly passwords: Readonly<Record<RoleName, string>>;
  readonly pid: number;
}

const UP_MS = 240_000;
const ARCHIVED_MS = 900_000;
/** Of the officer whose recorders the sample cards are. */
export const OFFICER = '041234';
export const CASE = 'LY-2026-0012';

const wordsOf = (role: RoleName) => `willow kettle ${role} stamp`;

/** A station with two recorders docked, everything of them archived, one account for each role and a case with footage. */
export async function startConsoleStation(): Promise<{ readonly station: ConsoleStation; stop(): Promise<void> }> {
  const home = await temporaryDirectory();
  const state = join(home.path, 's');
  const [dock, cards] = [join(home.path, 'dock'), join(home.path, 'cards')];
  await mkdir(dock, { recursive: true });
  await buildPages();
  for (const layout of ['gat947', 'dated-folders']) await cli(state, 'make-card', join(cards, layout), '--layout', layout);
  await adoptBefore(state);
  const child = await run({ home: home.path, state, dock });
  try {
    const address = (await readFile(join(state, 'run/address'), 'utf8')).trim();
    for (const layout of ['gat947', 'dated-folders']) await dockCard({ dock, cards }, layout);
    const passwords = Object.fromEntries(ROLES.map((role) => [role, wordsOf(role)])) as Record<RoleName, string>;
    const desk = await control<{ id: string }>(state, 'POST', '/units', { name: UNIT });
    for (const role of ROLES) {
      const account = `demo-${role}`;
      const officer = role === 'officer' ? { officer: OFFICER } : {};
      await control(state, 'POST', '/users', { account, name: NAMES[role], unit: desk.id, roles: [role], ...officer });
      await control(state, 'PUT', `/accounts/${account}/password`, { password: passwords[role] });
    }
    await control(state, 'POST', '/cases', {
      number: CASE,
      title: '占道经营检查',
      category: 'inspection',
      stage: 'evidence',
      officers: [OFFICER],
    });
    const all = await archived(state);
    const films = all.filter(({ kind, damaged, officerId }) => kind === 'video' && !damaged && officerId === OFFICER);
    for (const { id } of films.slice(0, 3)) await control(state, 'PATCH', `/recordings/${id}`, { cases: [CASE], category: 'inspection' });
    return {
      station: { address, state, dock, cards, passwords, pid: child.pid ?? 0 },
      stop: async () => {
        await end(child);
        await home.remove();
      },
    };
  } catch (error) {
    await end(child);
    await home.remove();
    throw error;
  }
}

/** Builds the pages if something of them has changed. */
export async function buildPages(): Promise<void> {
  const built = await runProgram(join(ROOT, 'scripts/build-console'), []);
  if (built.status !== 0) throw new Error(`the pages were not built:\n${built.stderr}${built.stdout}`);
}

const UNIT = '执法一大队';

const NAMES: Readonly<Record<RoleName, string>> = {
  officer: '王敏',
  custodian: '李文博',
  auditor: '陈立新',
  reviewer: '赵国强',
  'system-administrator': '孙浩',
  'security-administrator': '周静',
};

async function run({ home, state, dock }: { home: string; state: string; dock: string }): Promise<ChildProcess> {
  const child = spawn(join(ROOT, 'scripts/evidock'), ['--state-dir', state, 'run'], {
    stdio: 'ignore',
    env: {
      ...process.env,
      EVIDOCK_HTTP_PORT: '0',
      EVIDOCK_DOCK_WATCH: dock,
      EVIDOCK_ARCHIVE_KIND: 'disk',
      EVIDOCK_ARCHIVE_DIRECTORY: join(home, 'archive'),
      EVIDOCK_HTTP_REQUESTS_PER_MINUTE: '6000',
      EVIDOCK_HTTP_FOOTAGE_PER_MINUTE: '6000',
    },
  });
  const untilMs = Date.now() + UP_MS;
  // The file of the address is there a moment before the address stands in it.
  while (!(statSync(join(state, 'run/address'), { throwIfNoEntry: false })?.size ?? 0) || !existsSync(join(state, 'run/control.sock'))) {
    if (child.exitCode !== null || Date.now() > untilMs) throw new Error('the station of the pages did not start');
    await sleep(100);
  }
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGTERM');
  await ended;
}

/** Docks a sample card under a name; `undock` by removing the directory. */
export async function dockCard({ dock, cards }: Pick<ConsoleStation, 'dock' | 'cards'>, layout: string, name = layout): Promise<void> {
  await rm(join(dock, name), { recursive: true, force: true });
  await cp(join(cards, layout), join(dock, `.${name}.new`), { recursive: true, preserveTimestamps: true });
  await rename(join(dock, `.${name}.new`), join(dock, name));
}

/** Runs a command of the station; its output. */
async function cli(state: string, ...args: string[]): Promise<string> {
  const outcome = await evidock(['--state-dir', state, ...args]);
  if (outcome.status !== 0) throw new Error(`evidock ${args.join(' ')}: ${outcome.stderr}${outcome.stdout}`);
  return outcome.stdout;
}

/** Asks over the control socket, as a command does, without starting one. Throws what the station refuses. */
export function control<T = unknown>(state: string, method: string, path: string, body?: object): Promise<T> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? '' : JSON.stringify(body);
    const outgoing = request(
      {
        socketPath: join(state, 'run/control.sock'),
        path: `/api/v1${path}`,
        method,
        headers: { host: 'localhost', 'x-evidock-actor': 'cli:test', ...(text ? { 'content-type': 'application/json' } : {}) },
      },
      (incoming) => {
        const parts: Buffer[] = [];
        incoming.on('data', (part: Buffer) => parts.push(part));
        incoming.on('end', () => {
          const answer = Buffer.concat(parts).toString();
          if ((incoming.statusCode ?? 500) >= 300) reject(new Error(`${method} ${path}: ${incoming.statusCode} ${answer}`));
          else resolve((answer === '' ? undefined : JSON.parse(answer)) as T);
        });
      },
    );
    outgoing.once('error', reject);
    outgoing.end(text);
  });
}

/** Every recording, once all of them are archived. */
async function archived(state: string): Promise<RecordingJson[]> {
  const untilMs = Date.now() + ARCHIVED_MS;
  for (;;) {
    const { items: all } = await control<{ items: RecordingJson[] }>(state, 'GET', '/recordings?limit=1000');
    const recorders = new Set(all.map(({ recorderSerial }) => recorderSerial)).size;
    if (recorders >= 3 && all.every((recording) => recording.state === 'archived')) return all;
    if (Date.now() > untilMs) throw new Error(`not archived in time: ${all.map(({ id, state: at }) => `${id} ${at}`).join(', ')}`);
    await sleep(300);
  }
}
