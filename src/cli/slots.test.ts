/*
 * Goal: a person at the dock reads what every slot does and why, follows it, and numbers the slots by plugging.
 * Method: the command line in this process over a real ledger and board; watching and learning through a real control socket.
 */

import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { because } from '#domain/reason';
import type { PortSeen } from '#ports/slot-learning';
import { buildServer, listenOnSocket } from '#serve/server';
import { showDocking, statusIn } from '#test/support/card/shown-docking';
import { about } from '#test/support/custody';
import { CommandLine } from '#test/support/station/command-line';
import { SocketClient } from './client.ts';

const WAIT = { timeout: 10_000, interval: 10 };
let cli: CommandLine;
let app: FastifyInstance;
let learning: number[];
let listeners: Set<(seen: PortSeen) => void>;

beforeEach(async () => {
  learning = [];
  listeners = new Set();
  cli = await CommandLine.open({
    learning: {
      learn: (seconds) => void learning.push(seconds),
      onSeen: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
  });
  await cli.station.ledger.recover();
  app = buildServer({ deps: cli.station.deps, way: 'socket' });
  await listenOnSocket(app, join(cli.station.directory, 'control.sock'));
});
afterEach(async () => {
  await app.close();
  await cli.close();
});

const running = () => new SocketClient({ socketPath: join(cli.station.directory, 'control.sock'), user: 'li' });
const plug = (port: string) => {
  for (const listener of listeners) listener({ port, hub: '1-4', slot: null, facts: [because('said', { text: 'a stick' })] });
};
const show = () =>
  showDocking(cli.station.deps.board, 3, {
    port: '1-4.3',
    hub: '1-4',
    phase: 'copying',
    dockingId: 'dck-x',
    recorderSerial: 'R1',
    filesListed: 9,
    filesSealed: 4,
    bytesListed: 2048,
    bytesCopied: 1024,
    waiting: 'disk',
    warning: { code: 'recorder.clock-off', reason: because('clock-behind', { span: 192_000 }) },
    explain: [
      because('usb-ids', { vendor: '4255', product: '0001' }),
      because('driver-says', { driver: 'gat947', title: 'GA/T 947', score: 100, whys: [because('card-empty', {})] }),
      because('taken-for', { driver: 'gat947' }),
    ],
  });

describe('slots', () => {
  it('shows figures, what is waited for, warnings, and a line for each hub', async () => {
    show();
    const { out } = await cli.run(['slots']);
    expect(out).toMatch(/3 +copying +R1 +4\/9 +1\.0 KiB \/ 2\.0 KiB/);
    expect(out).toMatch(/The clock of the recorder is wrong by more than the limit: 3 min 12 s behind; waiting for the disk/);
    expect(out).toMatch(/^Hub 1-4: 1 recorder docked, 0 B\/s, slots 3$/m);
    expect((await cli.run(['slots', '--lang', 'zh-CN'])).out).toMatch(/集线器 1-4：接入记录仪 1 台/);
  });

  it('shows how far known files are compared whole, and that nobody has to wait for it', async () => {
    const safe = { port: '1-4.3', dockingId: 'dck-x', recorderSerial: 'R1', phase: 'safe' } as const;
    const shown = async (recheck: { files: number; done: number; unread: number } | null, phase: 'safe' | 'copying' = 'safe') => {
      showDocking(cli.station.deps.board, 3, { ...safe, phase, recheck });
      return [(await cli.run(['slots'])).out, (await cli.run(['slots', '--lang', 'zh-CN'])).out].join('\n');
    };
    expect(await shown(null)).not.toMatch(/re-check|复核/);
    const running = await shown({ files: 40, done: 12, unread: 0 });
    expect(running).toMatch(/safe to undock.*re-check 12\/40, may be undocked at any time/);
    expect(running).toMatch(/复核 12\/40，可随时取下/);
    expect(await shown({ files: 40, done: 12, unread: 0 }, 'copying')).toMatch(/re-check 12\/40$/m);
    expect(await shown({ files: 40, done: 39, unread: 1 })).toMatch(/re-checked 39\/40$/m);
    expect(await cli.json(['slots'])).toMatchObject([{ slot: 3, recheck: { files: 40, done: 39, unread: 1 } }]);
  });

  it('explains a slot', async () => {
    show();
    expect((await cli.run(['slots', '--explain', '3'])).out).toBe(
      [
        'Slot 3 (port 1-4.3): copying',
        '  USB ids 4255:0001',
        '  gat947 (GA/T 947): 100 of 100: the card holds no files',
        '  taken for gat947',
        '  The clock of the recorder is wrong by more than the limit: 3 min 12 s behind',
        '  waiting for the disk',
        '',
      ].join('\n'),
    );
    expect(await cli.json(['slots', '--explain'])).toMatchObject([{ slot: 3, port: '1-4.3', explain: expect.any(Array) }]);
    const missing = await cli.run(['slots', '--explain', '4']);
    expect(missing.status).toBe(1);
    expect(missing.err).toContain('slot 4');
    expect((await cli.run(['slots', '--explain', 'x'])).status).toBe(2);
  });

  it('gives a port a number', async () => {
    expect((await cli.run(['slots', 'assign', '1-4.3', '7'])).out).toBe('Port 1-4.3 is slot 7.\n');
    expect((await cli.run(['slots', 'assign', '1-4.4', '7'])).out).toBe(
      'Port 1-4.4 is slot 7.\nPort 1-4.3, which had this number, is slot 1 now.\n',
    );
    expect((await cli.run(['slots', 'assign', '1-4.4', '0'])).status).toBe(2);
  });

  it('needs a station that runs to watch and to learn', async () => {
    for (const argv of [
      ['slots', '--watch'],
      ['slots', 'learn'],
    ]) {
      const { status, err } = await cli.run(argv);
      expect(status).toBe(1);
      expect(err).toMatch(/This needs a station that runs/);
    }
  });
});

describe('slots --watch', () => {
  it('prints a line for each change until Ctrl-C', async () => {
    const ended = cli.through(running(), () => cli.run(['slots', '--watch']));
    await expect.poll(() => listeners.size, WAIT).toBe(1);
    show();
    await expect
      .poll(() => cli.printed(), WAIT)
      .toMatch(/^slot 3: copying; R1; 4\/9 files sealed, 1\.0 KiB of 2\.0 KiB copied, 0 B\/s, … left; The clock/m);
    cli.station.deps.board.updateDocking('dck-x', { status: statusIn('safe'), waiting: null, warning: null });
    await expect.poll(() => cli.printed(), WAIT).toMatch(/^slot 3: safe to undock; R1$/m);
    cli.interrupt.abort();
    expect((await ended).status).toBe(0);
    await expect.poll(() => listeners.size, WAIT).toBe(0);
  });

  it('ends with 1 when the station stops', async () => {
    const ended = cli.through(running(), () => cli.run(['slots', '--watch']));
    await expect.poll(() => listeners.size, WAIT).toBe(1);
    await app.close();
    expect(await ended).toMatchObject({ status: 1, err: expect.stringContaining('The station is stopping') });
  });
});

describe('slots learn', () => {
  it('numbers what is plugged in, one after the other, and lets the station go on in the end', async () => {
    const ended = cli.through(running(), () => cli.run(['slots', 'learn', '--from', '3', '--count', '2']));
    await expect.poll(() => cli.noted(), WAIT).toContain('Plug a device into slot 3 …');
    expect(learning).toEqual([60]);
    plug('1-4.7');
    await expect.poll(() => cli.noted(), WAIT).toContain('Plug a device into slot 4 …');
    plug('1-4.7');
    await expect.poll(() => cli.noted(), WAIT).toContain('Port 1-4.7 has just become slot 3');
    plug('1-4.8');
    expect(await ended).toMatchObject({ status: 0, out: 'Port 1-4.7 is slot 3.\nPort 1-4.8 is slot 4.\n2 slots have their numbers.\n' });
    expect(learning).toEqual([60, 0]);
    expect((await cli.station.ledger.custody.of(about('port:1-4.8')))[0]).toMatchObject({
      type: 'slots.changed',
      actor: { kind: 'cli', id: 'li' },
    });
  });

  it('ends with Ctrl-C and keeps what was learnt', async () => {
    const ended = cli.through(running(), () => cli.run(['--json', 'slots', 'learn']));
    await expect.poll(() => cli.noted(), WAIT).toContain('slot 1 …');
    plug('1-4.7');
    await expect.poll(() => cli.noted(), WAIT).toContain('slot 2 …');
    cli.interrupt.abort();
    const { status, out } = await ended;
    expect(status).toBe(0);
    expect(JSON.parse(out)).toEqual([{ port: '1-4.7', slot: 1, before: null, moved: null }]);
    expect(learning.at(-1)).toBe(0);
  });
});
