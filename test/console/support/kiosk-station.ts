import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '#test/support/evidock';
import { control, endStation, runStation } from './running-station.ts';
import { buildPages } from './station.ts';

export const KIOSK_OFFICER = { number: '041234', name: '欧阳建国', pin: '135790', badge: '04A1B2C3D4' };
const PASSWORD = 'willow kettle kiosk stamp';

/** A station of its own for tests of the kiosk: they stop it, hold it up and give it 64 slots, which the one of all pages must not suffer. */
export interface KioskStation {
  readonly address: string;
  readonly state: string;
  readonly dock: string;
  readonly officer: { readonly id: string };
  pid(): number;
  /** Ends it as systemd does, and starts it again at the same address. `settings`: in its environment. */
  restart(settings?: Readonly<Record<string, string>>): Promise<void>;
  stop(): Promise<void>;
}

/** Starts it, with one officer who has a PIN and a badge. Nothing is docked. */
export async function startKioskStation(): Promise<KioskStation> {
  await buildPages();
  const home = await temporaryDirectory();
  const [state, dock] = [join(home.path, 's'), join(home.path, 'dock')];
  await mkdir(dock, { recursive: true });
  const own = { EVIDOCK_DOCK_WATCH: dock, EVIDOCK_ARCHIVE_KIND: 'none' };
  let { child, address } = await runStation(state, own);
  const stop = async () => {
    await endStation(child);
    await home.remove();
  };
  try {
    const unit = await control<{ id: string }>(state, 'POST', '/units', { name: '执法二大队' });
    const officer = await control<{ id: string }>(state, 'POST', '/users', {
      ...{ account: 'kiosk-officer', name: KIOSK_OFFICER.name, unit: unit.id, roles: ['officer'], officer: KIOSK_OFFICER.number },
    });
    await control(state, 'PUT', '/accounts/kiosk-officer/password', { password: PASSWORD });
    await control(state, 'PUT', `/users/${officer.id}/badge`, { badge: KIOSK_OFFICER.badge });
    await choosePin(address);
    return {
      ...{ address, state, dock, officer, stop },
      pid: () => child.pid ?? 0,
      restart: async (settings = {}) => {
        await endStation(child);
        ({ child, address } = await runStation(state, { ...own, ...settings, EVIDOCK_HTTP_PORT: new URL(address).port }));
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The code of a new kiosk that shows these slots; none named: all. */
export async function pairingCode(state: string, slots: readonly number[] = []): Promise<string> {
  return (await control<{ code: string }>(state, 'POST', '/kiosks', { name: '一楼大厅', slots })).code;
}

/** An officer chooses a PIN when signed in: nobody else can. */
async function choosePin(address: string): Promise<void> {
  const headers = { 'content-type': 'application/json', origin: address };
  const send = async (method: string, path: string, body: object, cookie = '') => {
    const response = await fetch(`${address}/api/v1${path}`, { method, headers: { ...headers, cookie }, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.headers.getSetCookie().map((each) => each.split(';')[0]);
  };
  const cookies = await send('POST', '/session', { account: 'kiosk-officer', password: PASSWORD });
  await send('PUT', '/session/pin', { pin: KIOSK_OFFICER.pin }, cookies.join('; '));
}
