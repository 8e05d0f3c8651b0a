import { join } from 'node:path';

/** Where everything of a state directory lies. */
export function placesOf(state: string) {
  const run = join(state, 'run');
  return {
    ledger: join(state, 'ledger', 'ledger.sqlite'),
    vault: join(state, 'vault'),
    queue: join(state, 'queue'),
    backups: join(state, 'backups'),
    run,
    /** Mounted recorders, where the station mounts by itself. */
    mounts: join(run, 'mounts'),
    socket: join(run, 'control.sock'),
    address: join(run, 'address'),
  };
}
