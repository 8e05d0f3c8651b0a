import type { Arrival } from '#ports/dock';
import type { Volume } from '#ports/recorder-driver';
import type { CardPlace } from './card-directory.ts';
import { DirectoryAccess } from './directory-access.ts';

/** What a person tells of a directory that they name, and that nothing else could tell. */
type Told = Pick<Arrival, 'slot' | 'serial' | 'clockOffsetMs'>;

/** A directory as a recorder that has come: no bus tells anything of it, so what is not told by a person is not known. */
export function directoryArrival(
  place: CardPlace,
  { key, port, volume, told }: { readonly key: string; readonly port: string; readonly volume: Volume; readonly told?: Told },
): Arrival {
  const { slot, serial, clockOffsetMs } = told ?? { slot: null, serial: null, clockOffsetMs: null };
  return {
    ...{ key, port, slot, serial, clockOffsetMs, volume },
    vendorId: null,
    productId: null,
    batteryPercent: null,
    clockSet: null,
    unlocked: false,
    hub: null,
    manufacturer: null,
    product: null,
    facts: [],
    access: new DirectoryAccess(place),
    unclean: null,
  };
}
