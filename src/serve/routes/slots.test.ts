/*
 * Goal: numbers of ports are given as an operator wants them and never under a docked recorder; hubs add up; every change of a slot is told.
 * Method: the routes over the real ledger and board.
 */

import type { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { actorText } from '#domain/custody/actor';
import { because } from '#domain/reason';
import type { PortSeen } from '#ports/slot-learning';
import { buildServer } from '#serve/server';
import { aDocking } from '#test/support/builders';
import { showDocking } from '#test/support/card/shown-docking';
import { about } from '#test/support/custody';
import { type ServedStation, servedStation } from '#test/support/served-station';

let station: ServedStation;
let app: FastifyInstance;
let learning: number[];
let tell: (seen: PortSeen) => void;

beforeEach(async () => {
  learning = [];
  const listeners = new Set<(seen: PortSeen) => void>();
  tell = (seen) => {
    for (const listener of listeners) listener(seen);
  };
  station = await servedStation({
    learning: {
      learn: (seconds) => void learning.push(seconds),
      onSeen: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
  });
  // Ends the docking with which every served station starts.
  await station.ledger.recover();
  app = buildServer({ deps: station.deps, way: 'socket' });
});
afterEach(async () => {
  await app.close();
  await station.close();
});

const headers = { host: 'localhost', 'x-evidock-actor': 'cli:li' };
const put = async (url: string, payload: object) => {
  const { statusCode, body } = await app.inject({ method: 'PUT', url: `/api/v1${url}`, headers, payload });
  return { status: statusCode, json: body === '' ? null : JSON.parse(body) };
};
const get = async (url: string) => JSON.parse((await app.inject({ url: `/api/v1${url}`, headers })).body);
const numbers = async () => Object.fromEntries((await station.ledger.dockings.slots()).map(({ port, slot }) => [port, slot]));

describe('numbers of ports', () => {
  it('are given, changed with another port, or taken from it; each change is in custody with who did it', async () => {
    expect((await put('/slots/3', { port: '1-4.2' })).json).toEqual({ port: '1-4.2', slot: 3, before: null, moved: null });
    expect((await put('/slots/3', { port: '1-4.1' })).json).toMatchObject({ moved: { port: '1-4.2', slot: 1 } });
    expect((await put('/slots/3', { port: '1-4.2' })).json).toEqual({
      port: '1-4.2',
      slot: 3,
      before: 1,
      moved: { port: '1-4.1', slot: 1 },
    });
    expect(await numbers()).toEqual({ '1-4.1': 1, '1-4.2': 3 });
    const entries = await station.ledger.custody.of(about('port:1-4.2'));
    // The entry of the other port, which took this port's slot, belongs to the history of this port too.
    expect(entries.map(({ subject, actor, data }) => `${subject.id} ${actorText(actor)} ${data['before']} ${data['slot']}`)).toEqual([
      '1-4.2 cli:li null 3',
      '1-4.1 cli:li null 3',
      '1-4.2 cli:li 1 3',
    ]);
  });

  it('that are the same already change nothing and are not recorded', async () => {
    await put('/slots/3', { port: '1-4.2' });
    expect((await put('/slots/3', { port: '1-4.2' })).json).toMatchObject({ before: 3, moved: null });
    expect(await station.ledger.custody.of(about('port:1-4.2'))).toHaveLength(1);
  });

  it('are refused while a recorder is docked there, with its slot', async () => {
    await station.ledger.transaction(async (writer) => {
      await writer.dockings.assignSlot('1-4.7', 7);
      await writer.dockings.insert(aDocking({ slot: 7, port: '1-4.7' }));
    });
    for (const payload of [
      { port: '1-4.2', slot: 7 },
      { port: '1-4.7', slot: 2 },
    ]) {
      const { status, json } = await put(`/slots/${payload.slot}`, { port: payload.port });
      expect(status).toBe(409);
      expect(json).toMatchObject({ code: 'request.conflict', detail: 'a recorder is docked in slot 7 (1-4.7): undock it first' });
    }
    expect(await numbers()).toEqual({ '1-4.7': 7 });
  });

  it('take with them what the ports show', async () => {
    const { board } = station.deps;
    await put('/slots/1', { port: '1-4.1' });
    board.showPort(1, { port: '1-4.1', phase: 'unknown', explain: [because('said', { text: 'a stick' })] });
    await put('/slots/5', { port: '1-4.1' });
    expect((await get('/slots')).items).toMatchObject([
      { slot: 5, port: '1-4.1', phase: 'unknown', explain: [because('said', { text: 'a stick' })] },
    ]);
    await put('/slots/5', { port: '1-4.2' });
    expect((await get('/slots')).items).toMatchObject([
      { slot: 1, port: '1-4.1', phase: 'unknown' },
      { slot: 5, port: '1-4.2', phase: 'empty', explain: [] },
    ]);
  });

  it('must be numbers that people use', async () => {
    expect((await put('/slots/0', { port: '1-4.1' })).status).toBe(400);
    for (const port of ['', 'abc', '1-', '1-4.', '1.4', '-1', '1-4/5', 'srv/drop', '/srv/../etc', '/srv/drop/', '1-4 ', '１-4'])
      expect((await put('/slots/1', { port })).status, port).toBe(400);
  });
});

describe('hubs', () => {
  it('add up what comes through them now', async () => {
    const { board } = station.deps;
    const docked = { hub: '1-4', phase: 'copying', bytesListed: 1e9 } as const;
    const ids = [1, 2].map((slot) => showDocking(board, slot, { ...docked, port: `1-4.${slot}` }));
    showDocking(board, 3, { ...docked, port: '1-4.3', phase: 'removed' });
    board.showPort(9, { port: '2-1.1', hub: '2-1', phase: 'unknown' });
    for (const id of ids) {
      board.copied(id, 1);
      await new Promise((resolve) => setTimeout(resolve, 20));
      board.copied(id, 1_000_000);
    }
    const rates = board.snapshot().map(({ bytesPerSecond }) => bytesPerSecond);
    expect(rates[0]).toBeGreaterThan(0);
    const { items: hubs } = await get('/hubs');
    expect(hubs).toEqual([
      { hub: '1-4', recorders: 2, bytesPerSecond: (rates[0] ?? 0) + (rates[1] ?? 0), slots: [1, 2, 3] },
      { hub: '2-1', recorders: 0, bytesPerSecond: 0, slots: [9] },
    ]);
    const metrics = (await app.inject({ url: '/metrics', headers })).body;
    expect(metrics).toContain('evidock_slots{phase="copying"} 2');
    expect(metrics).toMatch(/evidock_hub_bytes_per_second\{hub="1-4"\} [1-9]/);
  });
});

describe('events', () => {
  it('tell all slots, then each change, and what is plugged in while slots are learnt', async () => {
    expect(await put('/slots/learning', { seconds: 30 })).toEqual({ status: 204, json: null });
    expect((await put('/slots/learning', { seconds: 4000 })).status).toBe(400);
    expect(learning).toEqual([30]);
    const response = await app.inject({ url: '/api/v1/events', headers, payloadAsStream: true });
    const stream: Readable = response.stream();
    let text = '';
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    await expect.poll(() => text).toContain('event: slots\n');
    station.deps.board.showPort(4, { port: '1-4.4', phase: 'preparing' });
    tell({ port: '1-4.9', hub: '1-4', slot: null, facts: [because('said', { text: 'a stick' })] });
    await expect.poll(() => text).toMatch(/event: slot\ndata: .*"slot":4.*"phase":"preparing"/);
    expect(text).toContain(
      'event: port\ndata: {"port":"1-4.9","hub":"1-4","slot":null,"facts":[{"code":"said","params":{"text":"a stick"}}]}\n\n',
    );
    stream.destroy();
  });
});
