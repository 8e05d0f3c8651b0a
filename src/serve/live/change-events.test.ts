/*
 * Goal: a page learns that what it shows may be old, of what kind it is and no more; whoever only looks changes nothing.
 * Method: the stream over the real ledger of a served station, read as bytes.
 */
import type { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { StreamLimit } from '#serve/limits';
import { aDocking } from '#test/support/builders';
import { tellDocking } from '#test/support/ledger/told-ledger';
import { type ServedStation, servedStation } from '#test/support/served-station';
import { changeEvents } from './change-events.ts';

let station: ServedStation;
let end: AbortController;
let said: string;

beforeEach(async () => {
  station = await servedStation();
  end = new AbortController();
  said = '';
});
afterEach(async () => {
  end.abort();
  await station.close();
});

function listen(stillHolds: () => Promise<boolean> = async () => true): Readable {
  const { body } = changeEvents(station.deps, new StreamLimit().of('127.0.0.1'), { stillHolds, signal: end.signal });
  (body as Readable).on('data', (part: Buffer) => {
    said += part.toString();
  });
  return body as Readable;
}

it('tells the topics of what was committed, gathered, and never what it was', async () => {
  listen();
  await station.ledger.transaction(async (writer) => {
    await tellDocking(writer, aDocking({ id: 'dck-new', slot: 4 }));
  });
  await vi.waitFor(() => expect(said).toContain('event: changed'), { timeout: 5000 });
  expect(said).toContain('"dockings"');
  expect(said).not.toContain('dck-new');
});

it('a transaction that fails, and one that only reads, change nothing', async () => {
  listen();
  await station.ledger.transaction(async (writer) => void (await writer.recordings.list({ limit: 1 })));
  await station.ledger
    .transaction(async (writer) => {
      await tellDocking(writer, aDocking({ id: 'dck-undone', slot: 5 }));
      throw new Error('rolled back');
    })
    .catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 1300));
  expect(said).not.toContain('event: changed');
});

it('beats with the time of the station, and ends when the listener is let in no more', async () => {
  let holds = true;
  const stream = listen(async () => holds);
  await vi.waitFor(() => expect(said).toMatch(/event: beat\ndata: \{"at":"\d{4}-.*\+08:00"\}/), { timeout: 5000 });
  holds = false;
  await vi.waitFor(() => expect(stream.destroyed).toBe(true), { timeout: 9000 });
});
