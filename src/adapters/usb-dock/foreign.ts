import { because, type Reason } from '#domain/reason';
import type { UsbDevice, UsbInterface } from './sysfs.ts';

/** What a device is to a dock, judged by its interfaces alone. */
export interface Role {
  readonly storage: boolean;
  readonly mtp: boolean;
  readonly vendor: boolean;
  /** Interfaces that have no business on a recorder port; empty: none. */
  readonly foreign: readonly Reason[];
}

const STORAGE = '08';
const STILL_IMAGE = '06';
const HUB = '09';
const VENDOR = 'ff';

/** Interfaces that no recorder has, whatever else it shows: those that type, and those that lead into a network. */
const HOSTILE: Readonly<Record<string, 'is-cdc' | 'is-hid' | 'is-wireless'>> = {
  '02': 'is-cdc',
  '03': 'is-hid',
  '0a': 'is-cdc',
  e0: 'is-wireless',
};
/** Strange on a port for recorders, but recorders that also show a camera or a microphone exist. */
const STRANGE: Readonly<Record<string, 'is-audio' | 'is-printer' | 'is-card-reader' | 'is-video' | 'is-audio-video'>> = {
  '01': 'is-audio',
  '07': 'is-printer',
  '0b': 'is-card-reader',
  '0e': 'is-video',
  '10': 'is-audio-video',
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

function hostile(each: UsbInterface): Reason[] | null {
  const known = HOSTILE[each.class];
  if (known) return [because(known, { interface: each.number })];
  // RNDIS hides under several classes.
  if (each.class === 'ef' && each.subclass === '04') return [because('is-rndis', { interface: each.number })];
  if (each.class === VENDOR && NETWORK_NAMES.test(each.name ?? '')) return [because('is-named-network', { interface: each.number })];
  return null;
}

function strange(each: UsbInterface): Reason[] | null {
  if ([STORAGE, STILL_IMAGE, HUB, VENDOR].includes(each.class)) return null;
  const known = STRANGE[each.class];
  return [known ? because(known, { interface: each.number }) : because('is-of-class', { interface: each.number, class: each.class })];
}
