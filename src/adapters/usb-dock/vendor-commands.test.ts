import { describe, expect, it } from 'vitest';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { DRIVERS } from '#drivers';
import type { ClockOutcome, ClockSetting } from '#ports/dock';
import { saying } from '#test/support/saying';
import type { UsbBus } from './usb-bus.ts';
import { introduce } from './vendor-commands.ts';

/*
 * Goal: no command that sets a clock goes out before it is on record, and whatever comes of it is told. Method: the driver's own exchanges over a
 * bus that a test answers; everything that goes out or is told is one list, in order.
 */

const NOW_MS = Date.parse('2026-06-20T08:00:00+08:00');
const SETTING: ClockSetting = { port: '1-1', serial: '0000005', offsetMs: 100_000, atMs: NOW_MS };
const profile = DRIVERS.find((driver) => driver.id === 'gat947')?.usb?.[0] ?? expect.fail('no profile');

const done = (command: number, payload = '') =>
  Buffer.concat([Buffer.from('EVRA'), Buffer.from([command, 0, payload.length]), Buffer.from(payload)], 64);
const refused = (command: number) => Buffer.concat([Buffer.from('EVRA'), Buffer.from([command, 2, 0])], 64);
const silence = () => {
  throw new EvidockError('recorder.locked', because('no-answer-within', { seconds: 2 }));
};
/** A recorder whose clock is 100 s slow. */
const ANSWERS: Record<number, () => Uint8Array> = {
  1: () => done(1, 'EVD010000005041234'),
  2: () => done(2),
  3: () => done(3, '20260620075820'),
  4: () => done(4),
  5: () => done(5, '042'),
};

async function visit(
  answers: Record<number, () => Uint8Array>,
  more: { usbSerial?: string; onSetting?: (gone: AbortController) => void } = {},
) {
  const seen: (string | ClockOutcome)[] = [];
  const settings: ClockSetting[] = [];
  const gone = new AbortController();
  const bus: UsbBus = {
    start: async () => undefined,
    stop: () => undefined,
    talk: (_device, _interface, work) => {
      let command = 0;
      return work({
        send: async (_to, bytes) => {
          command = bytes[4] ?? 0;
          seen.push(`sent ${command}`);
        },
        receive: async () => ({ ...ANSWERS, ...answers })[command]?.() ?? silence(),
      });
    },
  };
  const introduced = introduce({ busNumber: 1, deviceNumber: 2 }, profile, {
    ...{ bus, setClock: true, timezone: 'Asia/Shanghai', nowMs: () => NOW_MS, secret: async () => '888888' },
    ...{ port: '1-1', usbSerial: more.usbSerial ?? null, unlock: true, signal: gone.signal },
    record: {
      settingClock: async (setting) => {
        more.onSetting?.(gone);
        // Slower than any exchange here: a command that does not wait for it would come before it.
        await new Promise((resolve) => setTimeout(resolve, 20));
        settings.push(setting);
        seen.push('on record');
      },
      clockSettled: async (setting, outcome) => {
        settings.push(setting);
        seen.push(outcome);
      },
    },
  });
  const told = await introduced.catch((error: unknown) => error as EvidockError);
  return { told, seen: seen.slice(3), settings };
}

describe('a clock that a command sets', () => {
  it('is on record before the command goes out, and as set before the unlock', async () => {
    const { told, seen, settings } = await visit({});
    expect(seen).toEqual(['on record', 'sent 4', { set: 'yes' }, 'sent 2']);
    expect(settings).toEqual([SETTING, SETTING]);
    expect(told).toMatchObject({ clockOffsetMs: 100_000, clockSet: SETTING });
  });

  it('was set, whatever comes after: a recorder that does not unlock', async () => {
    const { told, seen } = await visit({ 2: silence });
    expect(told).toMatchObject({ code: 'recorder.locked' });
    expect(seen).toEqual(['on record', 'sent 4', { set: 'yes' }, 'sent 2']);
  });

  it('is not set if the recorder says no, which keeps nobody from its files', async () => {
    const { told, seen } = await visit({ 4: () => refused(4) });
    const why = saying('set its clock: the recorder does not know this command');
    expect(seen).toEqual(['on record', 'sent 4', { set: 'no', why }, 'sent 2']);
    expect(told).toMatchObject({
      clockOffsetMs: 100_000,
      clockSet: null,
      facts: expect.arrayContaining([saying('its clock cannot be set (')]),
    });
  });

  it('may have been set if the answer does not come, or is none', async () => {
    const silent = await visit({ 4: silence });
    expect(silent.told).toMatchObject({ code: 'recorder.locked' });
    expect(silent.seen).toEqual(['on record', 'sent 4', { set: 'unknown', why: saying('set its clock: no answer within 2 s') }]);
    const garbled = await visit({ 4: () => new Uint8Array(64) });
    expect(garbled.seen.at(-1)).toMatchObject({ set: 'unknown' });
  });

  it('is not set if the recorder is pulled before the command could go out', async () => {
    const { told, seen } = await visit(
      {},
      { onSetting: (gone) => gone.abort(new EvidockError('recorder.removed', because('port', { port: '1-1' }))) },
    );
    expect(told).toMatchObject({ code: 'recorder.removed' });
    expect(seen).toEqual(['on record', { set: 'no', why: saying('1-1') }]);
  });

  it('is left alone if that cannot be put on record, which keeps nobody from its files either', async () => {
    const { told, seen } = await visit(
      {},
      {
        onSetting: () => {
          throw new EvidockError('ledger.failed', because('said', { text: 'database or disk is full' }));
        },
      },
    );
    expect(seen).toEqual(['sent 2']);
    expect(told).toMatchObject({ clockSet: null, facts: expect.arrayContaining([saying('database or disk is full')]) });
  });

  it('comes after the charge, which keeps nobody from the files if it is not told', async () => {
    expect((await visit({})).told).toMatchObject({
      batteryPercent: 42,
      facts: expect.arrayContaining([saying('it says: battery at 42%')]),
    });
    for (const digits of ['100', '007', '000'])
      expect((await visit({ 5: () => done(5, digits) })).told).toMatchObject({ batteryPercent: Number(digits) });
    for (const digits of ['101', '-05', 'ful', '\0\0\0', '5'])
      expect((await visit({ 5: () => done(5, digits) })).told).toMatchObject({ batteryPercent: null, unlocked: true });
    const untold = await visit({ 5: () => refused(5) });
    expect(untold.told).toMatchObject({
      batteryPercent: null,
      unlocked: true,
      facts: expect.arrayContaining([saying('it does not tell its charge (')]),
    });
  });

  it('goes by the serial of the USB descriptors where the recorder tells none', async () => {
    expect((await visit({ 1: () => refused(1) }, { usbSerial: 'USB7' })).settings[0]?.serial).toBe('USB7');
    expect((await visit({ 1: () => refused(1) })).settings[0]?.serial).toBeNull();
  });
});
