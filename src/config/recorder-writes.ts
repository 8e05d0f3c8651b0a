import type { Config } from './schema.ts';

/** Whether anything is ever written to a recorder: only then a mount is made writable. */
export function writesToRecorders({ dock }: Pick<Config, 'dock'>): boolean {
  return dock.wipe !== 'never' || dock.setClock;
}
