/* Goal: however the network cuts a stream of events into pieces, its reader gets the same events. A stream that is not one of events ends the reader. */
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type ServerEvent, serverEvents } from './server-events.ts';

const bytes = (text: string) => Buffer.from(text);

async function read(chunks: Iterable<Uint8Array>): Promise<{ events: ServerEvent[]; failure: unknown }> {
  const events: ServerEvent[] = [];
  try {
    for await (const event of serverEvents(Readable.from(chunks), new AbortController().signal)) events.push(event);
  } catch (failure) {
    return { events, failure };
  }
  return { events, failure: null };
}

describe('serverEvents', () => {
  const text =
    ': awake\n\nevent: slot\ndata: {"slot":1,"officer":"王敏"}\n\ndata: {"a":\ndata: 2}\n\nevent: slots\r\nid: 7\r\ndata: []\r\n\r\n';
  const told = [
    { event: 'slot', data: { slot: 1, officer: '王敏' } },
    { event: 'message', data: { a: 2 } },
    { event: 'slots', data: [] },
  ];

  it.each([1, 2, 3, 7, 1000])('are the same in pieces of %i bytes', async (size) => {
    const whole = bytes(text);
    const pieces = Array.from({ length: Math.ceil(whole.length / size) }, (_, at) => whole.subarray(at * size, (at + 1) * size));
    const { events, failure } = await read(pieces);
    expect(events).toEqual(told);
    expect(failure).toMatchObject({ code: 'station.stopping' });
  });

  it('end with an event that never ends', async () => {
    function* endless() {
      for (let sent = 0; sent < 8; sent += 1) yield bytes(`data: ${'x'.repeat(1024 * 1024)}\n`);
      throw new Error('read on');
    }
    const { events, failure } = await read(endless());
    expect(events).toEqual([]);
    expect(failure).toMatchObject({ code: 'station.internal', detail: 'an event without an end' });
  });

  it('end with what is no JSON, and say so', async () => {
    const { failure } = await read([bytes('data: {"a":1}\n\ndata: <html>\n\n')]);
    expect(failure).toMatchObject({ code: 'station.internal', detail: 'an event that is no JSON' });
  });

  it('end quietly with their signal', async () => {
    const stop = new AbortController();
    const body = new Readable({ read: () => undefined });
    body.push(text);
    const events: ServerEvent[] = [];
    for await (const event of serverEvents(body, stop.signal)) {
      events.push(event);
      if (events.length === told.length) stop.abort();
    }
    expect(events).toEqual(told);
    expect(body.destroyed).toBe(true);
  });
});
