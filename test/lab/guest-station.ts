import { setTimeout as sleep } from 'node:timers/promises';
import type { Reason } from '#domain/reason';
import { reasonText } from '#messages/reason';
import type { Guest } from './guest.ts';

/** What a scenario looks at of `GET /api/v1/slots`. */
export interface GuestSlot {
  readonly slot: number;
  readonly port: string;
  readonly phase: string;
  readonly recorderSerial: string | null;
  readonly driverId: string | null;
  readonly bytesListed: number;
  readonly bytesCopied: number;
  readonly filesListed: number;
  readonly filesSealed: number;
  readonly clockOffsetMs: number | null;
  readonly battery: { readonly percent: number; readonly percentMin: number; readonly low: boolean } | null;
  readonly problem: { readonly code: string; readonly reason: Reason } | null;
  /** In English words. */
  readonly explain: readonly string[];
}

/** As the station answers: it tells in codes why something is so. */
type Answered = Omit<GuestSlot, 'explain'> & { readonly explain: readonly Reason[] };

const STATE = '/var/lib/evidock/state';
const CONFIG = '/var/lib/evidock/station.yaml';
const START_SECONDS = 240;
const LOOK_MS = 500;

/** A real station in the guest, as root, on its real USB ports. Its state lies on the disk that survives a power cut. */
export class GuestStation {
  readonly guest: Guest;

  constructor(guest: Guest) {
    this.guest = guest;
  }

  /** `config` is YAML below the station's own section. Returns when the station serves. */
  async start(config: string): Promise<void> {
    const own = 'station: { id: lab1, name: Lab, timezone: Asia/Shanghai }\n';
    await this.guest.sh(`cat >${CONFIG}`, { stdin: own + config });
    await this.guest.sh(
      `systemctl reset-failed station 2>/dev/null; systemd-run -q --unit station --setenv=NODE_COMPILE_CACHE=/var/cache/evidock/node evidock --state ${STATE} --config ${CONFIG} run`,
    );
    await this.guest.waitFor(ask(this.guest, STATE, 'slots'), START_SECONDS);
  }

  async stop(): Promise<void> {
    await this.guest.sh('systemctl stop station', { timeoutMs: 90_000 });
  }

  /** Waits until a slot is as told. Throws with all slots as they were last. */
  until(what: string, is: (slot: GuestSlot) => boolean, seconds?: number): Promise<GuestSlot> {
    return untilSlot({ guest: this.guest, state: STATE }, what, is, seconds);
  }

  /** SHA-256 of every original in the vault, sorted: what is doubled stands there twice. */
  async originals(): Promise<readonly string[]> {
    const files = `find ${STATE}/vault -name 'original-*' ! -name '*.json' ! -name '*.partial' -print0`;
    const lines = await this.guest.sh(`${files} | xargs -0 -r sha256sum`, { timeoutMs: 120_000 });
    return lines
      .split('\n')
      .flatMap((line) => (line === '' ? [] : [line.slice(0, 64)]))
      .sort();
  }

  /** Throws with what `evidock verify` says unless everything is as it was sealed. */
  async verify(): Promise<void> {
    await this.guest.sh(`evidock --state ${STATE} --config ${CONFIG} verify`, { timeoutMs: 240_000 });
  }
}

/** Waits until a slot of the station with this state directory, however that was started, is as told. Throws with all slots as they were last. */
export async function untilSlot(
  { guest, state }: { readonly guest: Guest; readonly state: string },
  what: string,
  is: (slot: GuestSlot) => boolean,
  seconds = 120,
): Promise<GuestSlot> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const { items: slots } = JSON.parse(await guest.sh(ask(guest, state, 'slots?limit=1000'))) as { readonly items: readonly Answered[] };
    const found = slots.map((slot) => ({ ...slot, explain: slot.explain.map((each) => reasonText('en', each)) })).find(is);
    if (found) return found;
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}\n${JSON.stringify(slots, null, 1)}`);
    await sleep(LOOK_MS);
  }
}

/** Over the network nobody is answered who has not signed in; root has the control socket. */
function ask({ tools }: Guest, state: string, path: string): string {
  return `python3 ${tools}/ask-station.py ${state} '${path}'`;
}
