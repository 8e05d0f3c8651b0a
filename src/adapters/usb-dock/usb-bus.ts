import { setTimeout as sleep } from 'node:timers/promises';
import { EvidockError, said } from '#domain/errors';
import { because, type Reason } from '#domain/reason';

/** A device that is open for an exchange. Transfers throw recorder.locked if they are not done in time or the device stalls. */
export interface UsbTalk {
  send(to: Endpoint, bytes: Uint8Array, timeoutMs: number): Promise<void>;
  receive(from: Endpoint, bytesMax: number, timeoutMs: number): Promise<Uint8Array>;
}

type Endpoint =
  | { readonly bulk: number }
  | { readonly control: { readonly request: number; readonly value: number; readonly index: number } };

export interface BusAddress {
  readonly busNumber: number;
  readonly deviceNumber: number;
}

/** The bus itself: rings when something comes or goes, and talks to devices. */
export interface UsbBus {
  /** Rings at every connect and disconnect, until `stop`. */
  start(ring: () => void): Promise<void>;
  stop(): void;
  /** Opens a device, claims one interface for `work`, and lets both go after it. Throws recorder.locked or what `work` throws. */
  talk<T>(device: BusAddress, interfaceNumber: number, work: (talk: UsbTalk) => Promise<T>): Promise<T>;
}

type UsbModule = typeof import('usb');
type Recipient = { requestType: 'vendor'; recipient: 'interface'; request: number; value: number; index: number };
/** The part of a WebUSB device that is used here: the library's own types stand on those of browsers, which a station does not have. */
interface Device {
  readonly bus: string;
  readonly address: number;
  open(): Promise<void>;
  close(): Promise<void>;
  claimInterface(interfaceNumber: number): Promise<void>;
  releaseInterface(interfaceNumber: number): Promise<void>;
  transferOut(endpoint: number, data: Uint8Array, timeoutMs: number): Promise<{ status: string }>;
  transferIn(endpoint: number, length: number, timeoutMs: number): Promise<{ status: string; data?: DataView }>;
  controlTransferOut(setup: Recipient, data: Uint8Array, timeoutMs: number): Promise<{ status: string }>;
  controlTransferIn(setup: Recipient, length: number, timeoutMs?: number): Promise<{ status: string; data?: DataView }>;
}

/** node-usb answers late if at all when a device is pulled in mid-transfer: beyond a transfer's own time-out it is not waited for. */
const GRACE_MS = 2000;
const OPEN_MS_MAX = 5000;
const ALLOWED_MS_MAX = 5000;
const ALLOWED_LOOK_MS = 250;

export class NodeUsbBus implements UsbBus {
  #usb: UsbModule['usb'] | undefined;
  #listener: (() => void) | undefined;

  async start(ring: () => void): Promise<void> {
    const { usb } = await this.#load();
    this.#listener = ring;
    usb.addEventListener('connect', ring);
    usb.addEventListener('disconnect', ring);
  }

  stop(): void {
    if (!this.#listener) return;
    this.#usb?.removeEventListener('connect', this.#listener);
    this.#usb?.removeEventListener('disconnect', this.#listener);
    this.#listener = undefined;
  }

  async talk<T>(address: BusAddress, interfaceNumber: number, work: (talk: UsbTalk) => Promise<T>): Promise<T> {
    const device = await this.#find(address);
    if (!device) throw new EvidockError('recorder.removed', because('left-early', {}));
    await openAllowed(device);
    try {
      await bounded(because('usb-claim', {}), device.claimInterface(interfaceNumber), OPEN_MS_MAX);
      return await work(talkOf(device));
    } finally {
      // Closing alone does not let go of it at once, and the next exchange would find it busy.
      await bounded(because('usb-end', {}), device.releaseInterface(interfaceNumber), OPEN_MS_MAX).catch(() => undefined);
      // It may be gone by now: a recorder that was unlocked leaves the bus to come back as a disk.
      await bounded(because('usb-end', {}), device.close(), OPEN_MS_MAX).catch(() => undefined);
    }
  }

  async #find({ busNumber, deviceNumber }: BusAddress): Promise<Device | undefined> {
    const { usb } = await this.#load();
    const devices = (await usb.getDevices()) as unknown as readonly Device[];
    return devices.find((device) => Number(device.bus) === busNumber && device.address === deviceNumber);
  }

  /** The native library is loaded only by a station that watches its ports. */
  async #load(): Promise<Pick<UsbModule, 'usb'>> {
    this.#usb ??= (await import('usb')).usb;
    return { usb: this.#usb };
  }
}

/** Opens a device, and tries again while that is not allowed: it is on the bus before udev has given it to the station's group. */
async function openAllowed(device: Device): Promise<void> {
  const endMs = performance.now() + ALLOWED_MS_MAX;
  for (;;) {
    try {
      return await bounded(because('usb-open', {}), device.open(), OPEN_MS_MAX);
    } catch (error) {
      if (!/ACCESS|EACCES|permission/i.test(wordsOfLibrary(error)) || performance.now() > endMs) throw error;
      await sleep(ALLOWED_LOOK_MS);
    }
  }
}

/** What the native library itself said. */
function wordsOfLibrary(error: unknown): string {
  const said = error instanceof EvidockError ? error.cause : error;
  return said instanceof Error ? said.message : String(said);
}

function talkOf(device: Device): UsbTalk {
  return {
    async send(to, bytes, timeoutMs) {
      const sent =
        'bulk' in to
          ? device.transferOut(to.bulk, new Uint8Array(bytes), timeoutMs)
          : device.controlTransferOut({ requestType: 'vendor', recipient: 'interface', ...to.control }, new Uint8Array(bytes), timeoutMs);
      const { status } = await bounded(because('usb-send', {}), sent, timeoutMs + GRACE_MS);
      if (status !== 'ok') throw new EvidockError('recorder.locked', because('stall-send', {}));
    },
    async receive(from, bytesMax, timeoutMs) {
      const received =
        'bulk' in from
          ? device.transferIn(from.bulk, bytesMax, timeoutMs)
          : device.controlTransferIn({ requestType: 'vendor', recipient: 'interface', ...from.control }, bytesMax, timeoutMs);
      const { data, status } = await bounded(because('usb-receive', {}), received, timeoutMs + GRACE_MS);
      if (status !== 'ok' || !data) throw new EvidockError('recorder.locked', because('stall-answer', {}));
      return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    },
  };
}

/** The outcome of a call of the native library, or recorder.locked in words that a person can use. */
async function bounded<T>(step: Reason, work: Promise<T>, msMax: number): Promise<T> {
  const over = new AbortController();
  try {
    const late = sleep(msMax, undefined, { signal: over.signal, ref: false }).then(() => {
      throw new EvidockError('recorder.locked', because('no-answer-within', { seconds: msMax / 1000 }));
    });
    // The sleep that was not needed ends with an abort.
    late.catch(() => undefined);
    return await Promise.race([work, late]);
  } catch (error) {
    throw new EvidockError('recorder.locked', because('in-step', { step, why: said(error) }), error);
  } finally {
    over.abort();
    work.catch(() => undefined);
  }
}
