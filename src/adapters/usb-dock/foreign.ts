import type { UsbDevice, UsbInterface } from './sysfs.ts';

/** What a device is to a dock, judged by its interfaces alone. */
export interface Role {
  readonly storage: boolean;
  readonly mtp: boolean;
  readonly vendor: boolean;
  /** Interfaces that have no business on a recorder port, in words; empty: none. */
  readonly foreign: readonly string[];
}

const STORAGE = '08';
const STILL_IMAGE = '06';
const HUB = '09';
const VENDOR = 'ff';

/** Interfaces that no recorder has, whatever else it shows: those that type, and those that lead into a network. */
const HOSTILE: Readonly<Record<string, string>> = {
  '02': 'communication device (CDC)',
  '03': 'keyboard, mouse or other input device (HID)',
  '0a': 'communication device (CDC data)',
  e0: 'wireless or network adapter',
};
/** Strange on a port for recorders, but recorders that also show a camera or a microphone exist. */
const STRANGE: Readonly<Record<string, string>> = {
  '01': 'audio device',
  '07': 'printer',
  '0b': 'smart card reader',
  '0e': 'video device',
  '10': 'audio and video device',
};
const NETWORK_NAMES = /rndis|ethernet|\bnetwork\b|\bncm\b|\becm\b/i;

export function roleOf(device: UsbDevice): Role {
  const { interfaces } = device;
  const storage = interfaces.some((each) => each.class === STORAGE);
  const mtp = interfaces.some((each) => each.class === STILL_IMAGE || (each.class === VENDOR && /mtp/i.test(each.name ?? '')));
  const vendor = interfaces.some((each) => each.class === VENDOR);
  const foreign = interfaces.flatMap((each) => hostile(each) ?? (storage || mtp ? [] : (strange(each) ?? [])));
  return { storage, mtp, vendor, foreign };
}

function hostile(each: UsbInterface): string[] | null {
  const known = HOSTILE[each.class];
  if (known) return [`interface ${each.number} is a ${known}`];
  // RNDIS hides under several classes.
  if (each.class === 'ef' && each.subclass === '04') return [`interface ${each.number} is a network adapter (RNDIS)`];
  if (each.class === VENDOR && NETWORK_NAMES.test(each.name ?? '')) return [`interface ${each.number} calls itself a network adapter`];
  return null;
}

function strange(each: UsbInterface): string[] | null {
  if ([STORAGE, STILL_IMAGE, HUB, VENDOR].includes(each.class)) return null;
  return [`interface ${each.number} is a ${STRANGE[each.class] ?? `device of class ${each.class}`}`];
}
