import { because, type Reason } from '#domain/reason';
import type { AnswerPart, Exchange, ExchangeStep, SendPart, UsbProfile } from '#domain/recorder/exchange';

/*
 * The vendors' common USB interface, as far as a station needs it: a vendor-specific interface that is all a locked recorder shows. Packets have
 * 64 bytes, unused ones are 0. What each byte means is told in docs/writing-a-driver.md.
 */

const PACKET_BYTES = 64;
const OUT = { bulk: 2 } as const;
const IN = { bulk: 1 } as const;
/** `EVRC` begins what the station says, `EVRA` what the recorder answers. */
const ASK = '45565243';
const ANSWER = '45565241';
const DONE = '00';

/** One question: command, length of the payload, payload; the answer repeats the command, then status, length, payload. */
function step(
  what: Reason,
  command: string,
  length: string,
  payload: readonly SendPart[],
  answer: readonly AnswerPart[],
  refusals: readonly (readonly [status: string, why: Reason])[] = [],
): ExchangeStep {
  return {
    what,
    send: { parts: [{ hex: `${ASK}${command}${length}` }, ...payload], padTo: PACKET_BYTES, to: OUT },
    receive: {
      bytes: PACKET_BYTES,
      from: IN,
      expect: [{ hex: `${ANSWER}${command}${DONE}` }, ...answer],
      refusals: [...refusals, ['02', because('command-unknown', {})] as const, ['03', because('command-unread', {})] as const].map(
        ([status, why]) => ({ parts: [{ hex: `${ANSWER}${command}${status}` }], why }),
      ),
    },
  };
}

function exchange(...steps: readonly ExchangeStep[]): Exchange {
  return { interfaceNumber: 0, timeoutMs: 2000, steps };
}

const identify = exchange(
  step(
    because('ask-who', {}),
    '01',
    '00',
    [],
    [{ hex: '12' }, { capture: 'model', bytes: 5 }, { capture: 'serial', bytes: 7 }, { capture: 'officer', bytes: 6 }],
  ),
);
const readClock = exchange(step(because('ask-clock', {}), '03', '00', [], [{ hex: '0e' }, { capture: 'time', bytes: 14 }]));
const readBattery = exchange(step(because('ask-battery', {}), '05', '00', [], [{ hex: '03' }, { capture: 'battery', bytes: 3 }]));
const setClock = exchange(step(because('set-clock', {}), '04', '0e', [{ time: 'YYYYMMDDhhmmss' }], []));
const unlock = exchange(
  step(because('switch-to-disk', {}), '02', '06', [{ secret: 'unlock-gat947-usb', bytes: 6 }], [], [['01', because('password-wrong', {})]]),
);

/**
 * These ids are those of the recorder that the lab emulates, and of no maker: add those of your recorders beside them. A locked recorder
 * has another product id than the same recorder as a disk.
 */
export const COMMON_INTERFACE: readonly UsbProfile[] = [
  { vendorId: '2a01', productId: '1b02', identify, readBattery, readClock, setClock, unlock },
  { vendorId: '2a01', productId: '1b01' },
];
