import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { control } from './running-station.ts';
import type { ConsoleStation } from './station.ts';

/** A film as the station tells of it. */
export interface Made {
  readonly id: string;
  readonly officerId: string | null;
  readonly kind: string;
  readonly playable: boolean;
  readonly state: string;
}

interface Wearer {
  readonly officer: string;
  readonly name: string;
}

interface CaseCard {
  /** The folder of the dock that stands for the card. */
  readonly docked: string;
  /** Below the card. */
  readonly folder: string;
  readonly wearers: readonly Wearer[];
  /** Writes one film of each wearer into a folder. */
  readonly write: (folder: string) => Promise<void>;
}

const READY_MS = 300_000;

/** Docks a card of several officers and waits until the film of each plays and is archived; films by officer. */
export async function dockCard(
  { dock, state }: Pick<ConsoleStation, 'dock' | 'state'>,
  { docked, folder, wearers, write }: CaseCard,
): Promise<ReadonlyMap<string, Made>> {
  for (const { officer, name } of wearers) await control(state, 'POST', '/officers', { id: officer, name }).catch(() => undefined);
  const card = join(dock, `.${docked}.new`);
  await rm(join(dock, docked), { recursive: true, force: true });
  await mkdir(join(card, folder), { recursive: true });
  await write(join(card, folder));
  await rename(card, join(dock, docked));
  const untilMs = Date.now() + READY_MS;
  for (;;) {
    const films = await filmsOf(state, wearers);
    if (isReady(films, wearers)) return films;
    if (Date.now() > untilMs) throw new Error(`not ready in time: ${JSON.stringify([...films])}`);
    await sleep(300);
  }
}

/** Whether each of them has a film, and all of these play and are archived. */
export function isReady(films: ReadonlyMap<string, Made>, wearers: readonly Wearer[]): boolean {
  return films.size === wearers.length && [...films.values()].every(({ playable, state }) => playable && state === 'archived');
}

export async function filmsOf(state: string, wearers: readonly Wearer[]): Promise<ReadonlyMap<string, Made>> {
  const found = new Map<string, Made>();
  for (const { officer } of wearers) {
    const { items } = await control<{ items: Made[] }>(state, 'GET', `/recordings?officer=${officer}`);
    const made = items.find(({ kind }) => kind === 'video');
    if (made) found.set(officer, made);
  }
  return found;
}
