import { dirname, join } from 'node:path';
import type { OwnPlaces } from '#adapters/directory-dock/no-card';
import type { Config } from '#config/schema';

/** Where everything of a state directory lies. */
export function placesOf(state: string) {
  const run = join(state, 'run');
  return {
    ledger: join(state, 'ledger', 'ledger.sqlite'),
    vault: join(state, 'vault'),
    /** On the vault's disk: what is made there is renamed into place, not copied. */
    scratch: join(state, 'vault', 'scratch'),
    /** Key and certificate that the station shows its workers. */
    work: join(state, 'work'),
    queue: join(state, 'queue'),
    backups: join(state, 'backups'),
    /** How full the vault's disk was, for weeks. */
    space: join(state, 'space.json'),
    /** Since when nobody outside has heard of the station. */
    heartbeat: join(state, 'heartbeat.json'),
    run,
    /** Mounted recorders, where the station mounts by itself. */
    mounts: join(run, 'mounts'),
    socket: join(run, 'control.sock'),
    address: join(run, 'address'),
  };
}

/** What no card is and no card holds. A card may lie in the state directory, beside what is the station's there. */
export function ownPlacesOf({ station, archive }: Pick<Config, 'station' | 'archive'>): OwnPlaces {
  const { ledger, vault, queue, backups, run, work } = placesOf(station.state);
  const archived = archive.kind === 'disk' ? [archive.directory] : [];
  return { whole: [station.state, ...archived], inside: [dirname(ledger), vault, queue, backups, run, work, ...archived] };
}
