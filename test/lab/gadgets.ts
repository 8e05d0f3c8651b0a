import { basename } from 'node:path';
import type { Guest } from './guest.ts';

/*
 * Recorders with ids of choice: the guest's kernel plays the device on a dummy host controller. QEMU's own devices all have QEMU's ids. Each
 * of the 8 buses has one port, so the path of such a recorder is platform-dummy_hcd.<bus>-usb-0:1.
 */

export interface Gadget {
  /** Name for `ungadget`; letters, digits and dashes. */
  readonly name: string;
  /** 0 … 7; 0 unless told. */
  readonly bus?: number;
  /** Four hex digits. */
  readonly vendorId: string;
  readonly productId: string;
  readonly serial: string;
  readonly maker?: string;
  readonly model?: string;
  /** Disk image on the host; a copy goes into the guest, once. */
  readonly image: string;
}

export interface UnlockGadget extends Gadget {
  /** Shown after the unlock, in place of productId. */
  readonly diskProductId: string;
  /** 5, 7, 6 and 6 characters. */
  readonly model: string;
  readonly officer: string;
  readonly password: string;
  /** Takes commands and answers none. */
  readonly silent?: boolean;
}

const IMAGES = '/var/lab';

/** Where a gadget's image lies in the guest; beside it `.clock` and `.log` of an unlock gadget. */
export function imageInGuest(gadget: Gadget): string {
  return `${IMAGES}/${basename(gadget.image)}`;
}

/** Shows a mass-storage device with those ids. */
export async function gadget(guest: Guest, device: Gadget): Promise<void> {
  await bring(guest, device.image);
  const { name, bus = 0, vendorId, productId, serial, maker = 'Evidock lab', model = 'Recorder' } = device;
  const args = [name, `${bus}`, vendorId, productId, serial, maker, model, imageInGuest(device)];
  await guest.sh(`${guest.tools}/gadget start ${args.map(quote).join(' ')}`);
}

/** Pulls a gadget or an unlock gadget, in whatever state it is. */
export async function ungadget(guest: Guest, name: string): Promise<void> {
  const unit = `unlock-${name}`;
  await guest.sh(`if systemctl is-active -q ${unit}; then systemctl stop ${unit}; else ${guest.tools}/gadget stop ${quote(name)}; fi`);
}

/** Shows a recorder that must be unlocked by a vendor's command first; the exchange is written down in in-guest/unlock-gadget.py. */
export async function unlockGadget(guest: Guest, device: UnlockGadget): Promise<void> {
  await bring(guest, device.image);
  const { name, bus = 0, vendorId, productId, diskProductId, model, serial, officer, password } = device;
  const args = [name, `${bus}`, vendorId, productId, diskProductId, model, serial, officer, password, imageInGuest(device)];
  if (device.silent) args.push('silent');
  const unit = `unlock-${name}`;
  await guest.sh(`systemd-run -q --collect -p KillMode=mixed --unit ${unit} ${guest.tools}/unlock-gadget.py ${args.map(quote).join(' ')}`);
  await guest.waitFor(`test -n "$(cat /sys/kernel/config/usb_gadget/${name}/UDC)"`, 30);
}

/** What the clock of an unlock gadget was last set to: its wall clock as if it were UTC, ms. */
export async function clockOfGadget(guest: Guest, device: Gadget): Promise<number> {
  const text = await guest.sh(`cat ${quote(`${imageInGuest(device)}.clock`)}`);
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\n?$/.exec(text) ?? [];
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
}

/** Sets the clock of an unlock gadget, YYYYMMDDhhmmss, before it is shown for the first time. */
export async function setClockOfGadget(guest: Guest, device: Gadget, digits: string): Promise<void> {
  await guest.sh(`mkdir -p ${IMAGES} && echo ${digits} >${quote(`${imageInGuest(device)}.clock`)}`);
}

async function bring(guest: Guest, image: string): Promise<void> {
  const present = await guest.run(`test -e ${quote(`${IMAGES}/${basename(image)}`)}`);
  if (present.status !== 0) await guest.copyIn(image, IMAGES);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
