import { describe, expect, it } from 'vitest';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { Exchange, ExchangeStep } from './exchange.ts';
import { chargeOf, checkExchange, checkProfile, clockOf, judgeAnswer, readAnswer, renderPacket } from './exchange-bytes.ts';
import { fingerprint, usbPoints } from './fingerprint.ts';
import { chooseDriver } from './recognise.ts';

const sources = (secrets: Record<string, string>) => ({
  secret: (name: string) => secrets[name] ?? null,
  nowClaimed: '2019-06-27T15:30:12',
});
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));

describe('a packet', () => {
  it('is rendered part by part and filled with zeros', () => {
    const parts = [{ hex: '45565243' }, { hex: '0206' }, { secret: 'unlock-x', bytes: 6 }] as const;
    expect(hex(renderPacket(parts, sources({ 'unlock-x': '8888' }), 14))).toBe('4556524302063838383800000000');
  });

  it('carries the station clock as 14 digits', () => {
    expect(Buffer.from(renderPacket([{ time: 'YYYYMMDDhhmmss' }], sources({}))).toString()).toBe('20190627153012');
  });

  it.each([
    ['missing', {}],
    ['empty', { 'unlock-x': '' }],
    ['longer than the field', { 'unlock-x': 'geheim-1234' }],
    ['beyond ASCII', { 'unlock-x': '密码' }],
  ])('names a secret that is %s, and never tells it', (_name, secrets: Record<string, string>) => {
    try {
      renderPacket([{ secret: 'unlock-x', bytes: 6 }], sources(secrets));
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(EvidockError);
      expect(error).toMatchObject({ code: 'recorder.locked' });
      expect(String(error)).toContain('unlock-x');
      for (const value of Object.values(secrets).filter(Boolean)) expect(String(error)).not.toContain(value);
    }
  });
});

describe('an answer', () => {
  const parts = [
    { hex: '45565241' },
    { skip: 1 },
    { capture: 'model', bytes: 5 },
    { capture: 'serial', bytes: 7 },
    { capture: 'officer', bytes: 6 },
  ] as const;

  it('tells what it captured; what was never set is left out', () => {
    expect(readAnswer(parts, bytes('EVRA\x01DSJX5' + '0012345' + '\0\0\0\0\0\0' + 'more'))).toEqual({ model: 'DSJX5', serial: '0012345' });
    expect(readAnswer(parts, bytes('EVRA\x01X5   ' + '12345\0\0' + '041234'))).toEqual({ model: 'X5', serial: '12345', officer: '041234' });
  });

  it.each([
    ['other bytes', 'EVRB\x01DSJX50012345041234'],
    ['too short', 'EVRA\x01DSJX50012345'],
    ['empty', ''],
    ['controls in a text', 'EVRA\x01DS\nX50012345041234'],
    ['a zero within a text', 'EVRA\x01DS\x00X50012345041234'],
    ['bytes beyond ASCII in a text', 'EVRA\x01DS\xffX50012345041234'],
  ])('is none if it has %s', (_name, text) => {
    expect(readAnswer(parts, bytes(text))).toBeNull();
  });

  it('is judged: a refusal says why, what is expected is captured, anything else is no answer', () => {
    const receive = {
      bytes: 64,
      from: { bulk: 1 },
      expect: [{ hex: '455652410200' }],
      refusals: [{ parts: [{ hex: '455652410201' }], why: because('password-wrong', {}) }],
    } as const;
    expect(judgeAnswer(receive, bytes('EVRA\x02\x00'))).toEqual({ captured: {} });
    expect(judgeAnswer(receive, bytes('EVRA\x02\x01'))).toEqual({ refused: because('password-wrong', {}) });
    for (const text of ['EVRA\x02\x03', 'EVRA', '']) expect(judgeAnswer(receive, bytes(text))).toBeNull();
  });

  it('gives a clock only if the calendar has that moment', () => {
    expect(clockOf('20190627153012')).toBe('2019-06-27T15:30:12');
    for (const digits of ['20190231000000', '20191301000000', '2019062715301', '00000000000000', 'now']) expect(clockOf(digits)).toBeNull();
  });

  it('gives a charge only if it is a percentage', () => {
    expect(['0', '007', '62', '100'].map(chargeOf)).toEqual([0, 7, 62, 100]);
    for (const digits of ['', '101', '1000', '-1', '6.2', ' 62', '٦٢']) expect(chargeOf(digits)).toBeNull();
  });
});

describe('the bounds of an exchange', () => {
  const step: ExchangeStep = {
    what: because('ask-who', {}),
    send: { parts: [{ hex: '01' }], padTo: 64, to: { bulk: 1 } },
    receive: { bytes: 64, from: { bulk: 1 }, expect: [{ hex: '01' }, { capture: 'time', bytes: 14 }] },
  };
  const exchange = (change: Partial<Exchange>): Exchange => ({ interfaceNumber: 0, timeoutMs: 1000, steps: [step], ...change });
  const sending = (send: Partial<ExchangeStep['send']>) => exchange({ steps: [{ ...step, send: { ...step.send, ...send } }] });
  const receiving = (receive: Partial<NonNullable<ExchangeStep['receive']>>) =>
    exchange({ steps: [{ ...step, receive: { bytes: 64, from: { bulk: 1 }, expect: [], ...receive } }] });

  it('lets a sound one pass, also one that waits for no answer', () => {
    expect(() => checkExchange(exchange({}))).not.toThrow();
    expect(() => checkExchange(exchange({ steps: [{ ...step, receive: null }] }))).not.toThrow();
    expect(() => checkProfile({ vendorId: '2a01', readClock: exchange({}) })).not.toThrow();
  });

  it.each([
    ['no steps', exchange({ steps: [] })],
    ['17 steps', exchange({ steps: new Array<ExchangeStep>(17).fill(step) })],
    ['no time-out', exchange({ timeoutMs: 0 })],
    ['a minute and more', exchange({ timeoutMs: 60_001 })],
    ['half a byte', sending({ parts: [{ hex: '012' }] })],
    ['no hexadecimal digits', sending({ parts: [{ hex: 'xy' }] })],
    ['more than padTo', sending({ parts: [{ hex: '01' }, { secret: 'a', bytes: 64 }], padTo: 64 })],
    ['a huge packet', sending({ padTo: 4097 })],
    ['a secret outside the secrets directory', sending({ parts: [{ secret: '../key', bytes: 6 }] })],
    ['a secret without bytes', sending({ parts: [{ secret: 'a', bytes: 0 }] })],
    ['endpoint 0', sending({ to: { bulk: 0 } })],
    ['a request beyond a byte', sending({ to: { control: { request: 256, value: 0, index: 0 } } })],
    ['a huge answer', receiving({ bytes: 4097 })],
    ['an answer that is looked at beyond its end', receiving({ expect: [{ skip: 60 }, { capture: 'serial', bytes: 7 }] })],
    [
      'a refusal that is looked at beyond its end',
      receiving({ refusals: [{ parts: [{ skip: 65 }], why: because('password-wrong', {}) }] }),
    ],
    ['a negative skip', receiving({ expect: [{ skip: -1 }] })],
  ])('refuses %s', (_name, bad) => {
    expect(() => checkExchange(bad)).toThrow(expect.objectContaining({ code: 'config.invalid' }));
  });

  it('refuses ids that are none, and exchanges that do not bring what they are for', () => {
    for (const profile of [
      { vendorId: '2A01' },
      { vendorId: '2a01', productId: '1' },
      { vendorId: '2a01', readClock: receiving({}) },
      { vendorId: '2a01', identify: receiving({}) },
      { vendorId: '2a01', readBattery: exchange({}) },
    ]) {
      expect(() => checkProfile(profile)).toThrow(expect.objectContaining({ code: 'config.invalid' }));
    }
  });
});

describe('bus and card together', () => {
  const profiles = [{ vendorId: '2a01', productId: '1b01', texts: { product: 'DSJ', label: 'bodycam' } }, { vendorId: '0603' }];
  const nothing = { vendorId: null, productId: null, manufacturer: null, product: null, label: null };

  it('count ids, and texts on top', () => {
    expect(usbPoints(profiles, nothing).points).toBe(0);
    expect(usbPoints(profiles, { ...nothing, vendorId: '2a01', productId: '1b09', product: 'DSJ-X5' }).points).toBe(0);
    expect(usbPoints(profiles, { ...nothing, vendorId: '0603', productId: '8612' }).points).toBe(10);
    const full = usbPoints(profiles, { ...nothing, vendorId: '2a01', productId: '1b01', product: 'dsj-x5', label: 'BODYCAM' });
    expect(full).toEqual({
      points: 35,
      why: [because('ids-known', { vendor: '2a01', product: '1b01' }), because('product-fits', {}), because('label-fits', {})],
    });
  });

  it('make a strong layout certain, lift a half-known one, and never stand for an unknown one', () => {
    const usb = usbPoints(profiles, { ...nothing, vendorId: '2a01', productId: '1b01', product: 'DSJ', label: 'BODYCAM' });
    const choice = (score: number, files: number) =>
      chooseDriver([{ id: 'mine', ...fingerprint({ score, why: [] }, usb, files) }], 'generic');
    expect(choice(90, 10)).toMatchObject({ id: 'mine', score: 100 });
    expect(choice(20, 10)).toMatchObject({ id: 'mine', score: 55 });
    expect(choice(0, 10)).toMatchObject({ id: 'generic' });
    expect(choice(0, 0)).toMatchObject({ id: 'mine', score: 50 });
  });

  it('leave a layout as it is where the bus says nothing', () => {
    const layout = { score: 70, why: [because('names-carry', { found: 1, count: 1 })] };
    expect(fingerprint(layout, { points: 0, why: [] }, 3)).toEqual(layout);
    expect(fingerprint({ score: 0, why: [] }, { points: 10, why: [] }, 0).score).toBe(10);
  });
});
