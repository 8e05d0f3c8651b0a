import { constants } from 'node:fs';
import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { evidock, type RecordingJson, ROOT, runProgram, temporaryDirectory } from '#test/support/evidock';
import { control, endStation, runStation } from './running-station.ts';
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

const ARCHIVED_MS = 900_000;
const SAFE_MS = 120_000;
const LAYOUTS = ['gat947', 'dated-folders'] as const;
/** Of the officer whose recorders the sample cards are. */
export const OFFICER = '041234';
export const CASE = 'LY-2026-0012';

const wordsOf = (role: RoleName) => `willow kettle ${role} stamp`;

interface Started {
  readonly station: ConsoleStation;
  stop(): Promise<void>;
}

/** What a station has below its home. */
const placesIn = (home: string) => ({ state: join(home, 's'), dock: join(home, 'dock'), cards: join(home, 'cards') });

function runAt(home: string) {
  const { state, dock } = placesIn(home);
  return runStation(state, {
    ...{ EVIDOCK_DOCK_WATCH: dock, EVIDOCK_ARCHIVE_KIND: 'disk', EVIDOCK_ARCHIVE_DIRECTORY: join(home, 'archive') },
    EVIDOCK_HTTP_FOOTAGE_PER_MINUTE: '6000',
  });
}

/** A station with two recorders docked, everything of them archived, one account for each role and a case with footage. */
export async function startConsoleStation(): Promise<Started & { readonly home: string }> {
  const home = await temporaryDirectory();
  const { state, dock, cards } = placesIn(home.path);
  await mkdir(dock, { recursive: true });
  await buildPages();
  for (const layout of LAYOUTS) await cli(state, 'make-card', join(cards, layout), '--layout', layout);
  await adoptBefore(state);
  const { child, address } = await runAt(home.path);
  const stop = async () => {
    await endStation(child);
    await home.remove();
  };
  try {
    for (const layout of LAYOUTS) await dockCard({ dock, cards }, layout);
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
    return { station: { address, state, dock, cards, passwords, pid: child.pid ?? 0 }, stop, home: home.path };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Such a station that was ended, for `startCopy`. */
export interface Template {
  readonly home: string;
  readonly passwords: ConsoleStation['passwords'];
}

export async function makeTemplate(): Promise<{ readonly template: Template; remove(): Promise<void> }> {
  const { station, stop, home } = await startConsoleStation();
  const ended = stationEnded(station.pid);
  process.kill(station.pid, 'SIGTERM');
  await ended;
  return { template: { home, passwords: station.passwords }, remove: stop };
}

async function stationEnded(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await sleep(50);
  }
}

/** Starts a station of its own from what the template holds: a second or two, where a new one takes most of a minute. Its recorders are docked once more, and safe. */
export async function startCopy({ home: from, passwords }: Template): Promise<Started> {
  const home = await temporaryDirectory();
  // What the ended station left of its sockets is no file.
  const filter = (path: string) => path !== join(from, 's/run');
  await cp(from, home.path, { recursive: true, preserveTimestamps: true, mode: constants.COPYFILE_FICLONE, filter });
  const { state, dock, cards } = placesIn(home.path);
  const { child, address } = await runAt(home.path);
  const stop = async () => {
    await endStation(child);
    await home.remove();
  };
  try {
    await safeAgain(state);
  } catch (error) {
    await stop();
    throw error;
  }
  return { station: { address, state, dock, cards, passwords, pid: child.pid ?? 0 }, stop };
}

async function safeAgain(state: string): Promise<void> {
  const untilMs = Date.now() + SAFE_MS;
  for (;;) {
    const { items } = await control<{ items: { phase: string }[] }>(state, 'GET', '/slots');
    if (items.filter(({ phase }) => phase === 'safe').length === LAYOUTS.length) return;
    if (Date.now() > untilMs) throw new Error(`not safe in time: ${JSON.stringify(items)}`);
    await sleep(100);
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
