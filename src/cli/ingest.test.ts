/*
 * Goal: `ingest` ends as the docking ends: with 0 only when everything is safe (and with --wait, done).
 * Method: a station that answers from a script; the real one is in test/journeys.
 */

import { describe, expect, it } from 'vitest';
import type { DockingReportAnswer } from '#api/dockings';
import type { RecheckAnswer } from '#api/slots';
import type { WorkAnswer } from '#api/work';
import { because } from '#domain/reason';
import type { StationClient } from './client.ts';
import type { CliContext, ConnectOptions } from './context.ts';
import { runCli } from './program.ts';

type Step = {
  state: DockingReportAnswer['docking']['state'];
  pending?: WorkAnswer[];
  problem?: DockingReportAnswer['docking']['problem'];
  recheck?: RecheckAnswer;
};

const work = (state: WorkAnswer['state'], stage: WorkAnswer['stage'] = 'derive'): WorkAnswer => ({
  id: `${stage}.rec-1`,
  stage,
  recordingId: 'rec-1',
  state,
  priority: 5,
  percent: 40,
  attempts: 1,
  dueAt: '2026-06-20T16:00:00.000+08:00',
  updatedAt: '2026-06-20T16:00:00.000+08:00',
  errorCode: state === 'failed' ? 'transcoder.failed' : null,
  errorReason: state === 'failed' ? because('said', { text: 'exit 1' }) : null,
});

function answer({ state, problem = null }: Step): DockingReportAnswer {
  return {
    docking: {
      id: 'dck-1',
      slot: 3,
      port: '1-4.2',
      recorderSerial: 'R1',
      toldSerial: null,
      driverId: 'generic',
      driverScore: 10,
      driverWhy: [],
      clockOffsetMs: null,
      batteryPercent: null,
      state,
      problem,
      arrivedAt: '2026-06-20T15:59:00.000+08:00',
      listedAt: '2026-06-20T16:00:00.000+08:00',
      unchangedAt: null,
      safeAt: null,
      removedAt: null,
      filesListed: 5,
      filesKnown: 1,
      filesRefused: 1,
      bytesListed: 2048,
      filesToRecheck: 1,
      filesRechecked: 0,
    },
    progress: { listed: 0, copied: 0, sealed: 3, bytes: 2048, listedBytes: 0, sealedBytes: 2048 },
  };
}

/** Runs `ingest` against a docking that goes through these steps, the last for ever. */
async function run(argv: readonly string[], steps: readonly Step[]) {
  const asked: string[] = [];
  const bodies: unknown[] = [];
  const connected: ConnectOptions[] = [];
  let out = '';
  let err = '';
  let looked = 0;
  const client = {
    kind: 'running',
    request: async (method: string, path: string, question: { body?: unknown }) => {
      asked.push(`${method} ${path.replace('/api/v1', '')}`);
      // The slot is asked before the docking, except at the beginning.
      const recheck = steps[Math.min(looked, steps.length - 1)]?.recheck;
      const page = (items: readonly unknown[]) => ({ status: 200, json: { items, next: null } });
      if (path.endsWith('/slots')) return page(recheck ? [{ dockingId: 'dck-1', phase: 'safe', recheck }] : []);
      if (path.endsWith('/refusals'))
        return page([{ cardPath: 'pipe\u001b', code: 'recorder.not-regular', reason: because('said', { text: 'FIFO' }) }]);
      if (path.endsWith('/recordings')) return page([{ id: 'rec-1', damaged: true }]);
      if (path.endsWith('/jobs')) return page(steps[Math.min(looked, steps.length) - 1]?.pending ?? []);
      if (method === 'GET') return { status: 200, json: answer(steps[Math.min(looked++, steps.length - 1)] ?? { state: 'safe' }) };
      bodies.push(question.body);
      return { status: 200, json: { dockingId: 'dck-1' } };
    },
    close: async () => undefined,
  } as unknown as StationClient;
  const context = {
    version: '0',
    env: { EVIDOCK_LANG: 'en' },
    cwd: '/home/li',
    user: 'li',
    stdout: { write: (text: string) => (out += text) },
    stderr: { write: (text: string) => (err += text) },
    cardLayouts: ['gat947'],
    connect: async (options: ConnectOptions) => {
      connected.push(options);
      return client;
    },
  } as unknown as CliContext;
  const status = await runCli(context, ['ingest', ...argv]);
  return { status, out, err, asked, bodies, connected };
}

describe('ingest', () => {
  it('waits until it is safe, releases the directory, and says what happened', async () => {
    const { status, out, asked, bodies, connected } = await run(
      ['card', '--slot', '3', '--serial', 'R1', '--clock-offset', '-1500'],
      [{ state: 'reading' }, { state: 'safe' }],
    );
    expect(status).toBe(0);
    expect(bodies[0]).toEqual({ directory: '/home/li/card', slot: 3, serial: 'R1', clockOffsetMs: -1500 });
    expect(asked.at(-1)).toBe('POST /dockings/dck-1/removal');
    expect(connected).toMatchObject([{ intake: true, work: false }]);
    expect(out.split('\n')).toEqual([
      'Slot 3: recorder R1 is safe to undock.',
      'refused: pipe\\u{1b}: An entry on the recorder is not a regular file (FIFO)',
      '5 files (2.0 KiB): 3 new, 1 known from an earlier docking, 1 refused, 1 damaged recording, 1 recording.',
      'Recordings: rec-1',
      '',
    ]);
  });

  it('with --wait goes on until nothing is left to do', async () => {
    const steps: Step[] = [
      { state: 'safe', pending: [work('waiting')] },
      { state: 'safe', pending: [work('running')] },
      { state: 'safe', pending: [work('waiting', 'archive')] },
      { state: 'safe' },
    ];
    const { status, asked, connected } = await run(['/card', '--wait'], steps);
    expect(status).toBe(0);
    expect(asked.filter((line) => line === 'GET /dockings/dck-1')).toHaveLength(4);
    expect(connected).toMatchObject([{ intake: true, work: true }]);
  });

  it('with --wait goes on until its known files are compared whole, and what they were found to be is sealed', async () => {
    const recheck = (done: number, unread: number) => ({ files: 3, done, unread });
    const steps: Step[] = [
      { state: 'safe', recheck: recheck(0, 0) },
      { state: 'safe', recheck: recheck(0, 0) },
      { state: 'safe', recheck: recheck(1, 1) },
      { state: 'reading', recheck: { files: 2, done: 1, unread: 1 } },
      { state: 'reading', recheck: { files: 2, done: 1, unread: 1 } },
      { state: 'safe', recheck: { files: 2, done: 1, unread: 1 }, pending: [work('running')] },
      { state: 'safe', recheck: { files: 2, done: 1, unread: 1 } },
      { state: 'safe', recheck: { files: 2, done: 1, unread: 1 } },
    ];
    const { status, asked, err } = await run(['/card', '--wait'], steps);
    expect(status).toBe(0);
    expect(asked.filter((line) => line === 'GET /dockings/dck-1').length).toBeGreaterThanOrEqual(steps.length - 1);
    expect(err).toContain('re-check 0/3: known files are compared whole');
    const hurried = await run(['/card'], steps);
    expect(hurried.asked.filter((line) => line === 'GET /dockings/dck-1')).toHaveLength(1);
  });

  it('tells in Chinese why a file was refused', async () => {
    const { out, err } = await run(['/card', '--lang', 'zh-CN'], [{ state: 'safe' }]);
    expect(out + err).toContain('拒收：pipe\\u{1b}：记录仪上有非普通文件（FIFO）');
  });

  it('tells of work that has failed already, but ends with 0 if nobody waited for work: it might as well have failed later', async () => {
    const { status, err } = await run(['/card'], [{ state: 'safe', pending: [work('failed')] }]);
    expect(status).toBe(0);
    expect(err).toContain('derive of rec-1 failed');
  });

  it('ends with 1 when work has failed for good, and names it', async () => {
    const { status, err } = await run(['/card', '--wait'], [{ state: 'safe', pending: [work('failed')] }]);
    expect(status).toBe(1);
    expect(err).toContain('derive of rec-1 failed: The transcoder failed: exit 1');
  });

  it('ends with 1 when the recorder is pulled, and says what to do', async () => {
    const pulled = { code: 'recorder.removed', reason: because('still-on-recorder', { files: 2, size: 2048 }) } as const;
    const { status, out, err } = await run(['/card'], [{ state: 'reading' }, { state: 'removed', problem: pulled }]);
    expect(status).toBe(1);
    expect(out).toBe('');
    expect(err).toMatch(
      /Failed: The recorder was removed before everything was safe\nDetail: 2 files \(2\.0 KiB\) still on the recorder\nTo do:/,
    );
  });

  it('gives one object with --json', async () => {
    const { out } = await run(['/card', '--json'], [{ state: 'safe' }]);
    expect(JSON.parse(out)).toMatchObject({ dockingId: 'dck-1', files: 5, filesNew: 3, damaged: 1, recordings: ['rec-1'] });
  });
});
