import { join } from 'node:path';
import { hubOf, isBelow, isThere, namesIn, peerOf } from './sysfs.ts';

/**
 * The other names of each slot hub (`dock.hubs`), as far as /sys knows them: a USB 3 socket has one name on the bus for USB 2 and one on its
 * SuperSpeed peer, and so has every hub in it, and such a bus as a whole. An empty list for a hub with one name; null where /sys does not tell,
 * because it is not plugged in.
 */
export async function readOtherNames(sys: string, hubs: readonly string[]): Promise<ReadonlyMap<string, readonly string[] | null>> {
  const named = new Map<string, readonly string[] | null>();
  for (const hub of hubs) {
    const others = await (hub.includes('-') ? otherNamesOfHub(sys, hub) : otherNamesOfBus(sys, hub));
    // What is named already, or lies below what is, need not be named again.
    named.set(hub, others?.filter((other) => !hubs.some((each) => each === other || isBelow(other, each))) ?? null);
  }
  return named;
}

async function otherNamesOfHub(sys: string, hub: string): Promise<readonly string[] | null> {
  const path = join(sys, 'bus/usb/devices', hub);
  if (!(await isThere(path))) return null;
  const peer = await peerOf(join(path, 'port'));
  return peer === null ? [] : [peer];
}

/** The other name of a bus: the bus on which the ports of its root hub have their peers. An empty list if they have none. */
async function otherNamesOfBus(sys: string, bus: string): Promise<readonly string[] | null> {
  const path = join(sys, 'bus/usb/devices', `usb${bus}`);
  if (!(await isThere(path))) return null;
  const root = join(path, `${bus}-0:1.0`);
  const ports = (await namesIn(root)).filter((name) => name.startsWith(`usb${bus}-port`));
  const peers = await Promise.all(ports.map((name) => peerOf(join(root, name))));
  return [...new Set(peers.flatMap((peer) => (peer === null ? [] : [hubOf(peer)])))].sort();
}
