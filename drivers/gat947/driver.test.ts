import { expect, it } from 'vitest';
import { because } from '#domain/reason';
import { judgeAnswer, renderPacket } from '#domain/recorder/exchange-bytes';
import { describeDriverContract } from '../../test/contract/driver.ts';
import { gat947 } from './driver.ts';
import { COMMON_INTERFACE } from './usb.ts';

describeDriverContract(gat947, import.meta.dirname);

const [locked] = COMMON_INTERFACE;
const sources = { secret: (name: string) => (name === 'unlock-gat947-usb' ? '888888' : null), nowClaimed: '2019-06-27T15:30:12' };

// What a packet capture of the emulated recorder shows (test/lab), 64 bytes each.
const padded = (head: string, text: string) => {
  const bytes = new Uint8Array(64);
  bytes.set(Buffer.concat([Buffer.from(head, 'hex'), Buffer.from(text, 'latin1')]));
  return bytes;
};

it.each([
  ['identify', '455652430100', '', '45565241010012', 'DSJX50012345041234', { model: 'DSJX5', serial: '0012345', officer: '041234' }],
  ['readClock', '455652430300', '', '4556524103000e', '20190627152000', { time: '20190627152000' }],
  ['setClock', '45565243040e', '20190627153012', '45565241040000', '', {}],
  ['unlock', '455652430206', '888888', '45565241020000', '', {}],
] as const)('speaks the common interface byte by byte: %s', (name, askHead, askText, answerHead, answerText, captured) => {
  const step = locked?.[name]?.steps[0];
  if (!step?.receive) throw new Error(`no ${name}`);
  expect(renderPacket(step.send.parts, sources, step.send.padTo)).toEqual(padded(askHead, askText));
  expect(judgeAnswer(step.receive, padded(answerHead, answerText))).toEqual({ captured });
});

it('says why the recorder refuses', () => {
  const receive = locked?.unlock?.steps[0]?.receive;
  if (!receive) throw new Error('no unlock');
  expect(judgeAnswer(receive, padded('45565241020100', ''))).toEqual({ refused: because('password-wrong', {}) });
  expect(judgeAnswer(receive, padded('45565241020200', ''))).toEqual({ refused: because('command-unknown', {}) });
  // An answer to another command is none.
  expect(judgeAnswer(receive, padded('45565241010000', ''))).toBeNull();
});
