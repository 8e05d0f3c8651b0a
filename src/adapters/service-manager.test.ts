/*
 * Goal: systemd hears READY once, WATCHDOG only while the ledger answers, STOPPING at the end; and nothing outside systemd.
 * Method: the real systemd-notify talks to a datagram socket that a few lines of perl read (Node has no such sockets).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '#test/support/evidock';
import { ServiceManager, slotsLine } from './service-manager.ts';

const LISTENER = `
  use IO::Socket::UNIX; $| = 1;
  my $socket = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $ARGV[0]) or die $!;
  print "listening\\n";
  while (defined $socket->recv(my $text, 4096)) { $text =~ s/\\n/ | /g; print "$text\\n"; }`;

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let listener: ChildProcess;
let heard = '';
const log = pino({ level: 'silent' });

async function until(found: () => boolean): Promise<void> {
  const end = Date.now() + 10_000;
  while (!found() && Date.now() < end) await sleep(20);
  expect(found(), heard).toBe(true);
}

beforeEach(async () => {
  home = await temporaryDirectory();
  heard = '';
  listener = spawn('perl', ['-e', LISTENER, join(home.path, 'notify')], { stdio: ['ignore', 'pipe', 'inherit'] });
  listener.stdout?.on('data', (chunk: Buffer) => {
    heard += chunk.toString();
  });
  await until(() => heard.includes('listening'));
});

afterEach(async () => {
  listener.kill('SIGKILL');
  await home.remove();
});

const systemdNotify = existsSync('/usr/bin/systemd-notify');

describe.runIf(systemdNotify)('service manager', () => {
  const environment = (more: Record<string, string> = {}) => ({ NOTIFY_SOCKET: join(home.path, 'notify'), ...more });

  it('is ready, alive while the ledger answers, silent when it does not, stopping', async () => {
    let answers = true;
    const manager = new ServiceManager({
      env: environment({ WATCHDOG_USEC: '600000', WATCHDOG_PID: String(process.pid) }),
      log,
      status: () => 'up;\n2 docked',
      alive: () => (answers ? Promise.resolve() : Promise.reject(new Error('locked'))),
    });
    await manager.ready();
    await until(() => heard.includes('READY=1 | STATUS=up; 2 docked'));
    await until(() => (heard.match(/WATCHDOG=1/g)?.length ?? 0) >= 2);
    answers = false;
    await sleep(400);
    const before = heard.match(/WATCHDOG=1/g)?.length;
    await sleep(700);
    expect(heard.match(/WATCHDOG=1/g)?.length).toBe(before);
    await manager.stop();
    await until(() => heard.includes('STOPPING=1'));
    expect(heard.match(/READY=1/g)).toHaveLength(1);
  });

  it('asks no second question while the first is not answered', async () => {
    let asked = 0;
    const env = environment({ WATCHDOG_USEC: '300000' });
    const alive = () => {
      asked += 1;
      return new Promise(() => undefined);
    };
    const manager = new ServiceManager({ env, log, status: () => 'up', alive });
    await manager.ready();
    await sleep(600);
    expect(asked).toBe(1);
    expect(heard).not.toContain('WATCHDOG');
    await manager.stop();
  });

  it('sends no pings that were meant for another process', async () => {
    const env = environment({ WATCHDOG_USEC: '300000', WATCHDOG_PID: '1' });
    const manager = new ServiceManager({ env, log, status: () => 'up', alive: async () => undefined });
    await manager.ready();
    await sleep(500);
    expect(heard).toContain('READY=1');
    expect(heard).not.toContain('WATCHDOG');
    await manager.stop();
  });
});

describe('without systemd', () => {
  it('does nothing where there is no NOTIFY_SOCKET', async () => {
    const manager = new ServiceManager({ env: {}, log, status: () => 'up', alive: async () => undefined, program: '/nonexistent' });
    await manager.ready();
    await manager.stop();
  });

  it('goes on where systemd cannot be told', async () => {
    const env = { NOTIFY_SOCKET: '/nonexistent/notify' };
    const manager = new ServiceManager({ env, log, status: () => 'up', alive: async () => undefined, program: '/nonexistent' });
    await manager.ready();
    await manager.stop();
  });
});

describe('status line', () => {
  it('counts the phases of docked recorders', () => {
    expect(slotsLine([])).toBe('up; no recorder docked');
    expect(slotsLine([{ phase: 'safe' }, { phase: 'copying' }, { phase: 'safe' }, { phase: 'empty' }])).toBe(
      'up; 3 docked: 2 safe, 1 copying',
    );
  });
});
