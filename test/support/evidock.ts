import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The root of the checkout. */
export const ROOT = new URL('../../', import.meta.url).pathname.replace(/\/$/, '');

export interface Outcome {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, bounded by `timeoutMs`; never throws for its exit status. */
export function runProgram(
  program: string,
  args: readonly string[],
  options: { env?: Record<string, string>; cwd?: string; timeoutMs?: number; stdin?: string } = {},
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], {
      cwd: options.cwd ?? ROOT,
      env: { ...process.env, ...options.env },
      stdio: [options.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      timeout: options.timeoutMs ?? 300_000,
      killSignal: 'SIGKILL',
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
    // A program may end without reading its input. Its exit status then tells how it went.
    child.stdin?.on('error', () => undefined);
    child.on('error', reject);
    child.on('close', (status, signal) => {
      resolve({ status, signal, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() });
    });
    child.stdin?.end(options.stdin);
  });
}

/** Runs `evidock …` as a user would, in English so that assertions can read it. */
export function evidock(
  args: readonly string[],
  options: { env?: Record<string, string>; timeoutMs?: number; stdin?: string } = {},
): Promise<Outcome> {
  return runProgram(join(ROOT, 'scripts/evidock'), args, { ...options, env: { EVIDOCK_LANG: 'en', ...options.env } });
}

/** Runs `evidock --json …`, expects status 0, returns the parsed output. */
export async function evidockJson<T>(
  args: readonly string[],
  options: { env?: Record<string, string>; timeoutMs?: number } = {},
): Promise<T> {
  const outcome = await evidock(['--json', ...args], options);
  if (outcome.status !== 0)
    throw new Error(`evidock ${args.join(' ')} ended with ${outcome.status ?? outcome.signal}:\n${outcome.stderr}\n${outcome.stdout}`);
  return JSON.parse(outcome.stdout) as T;
}

/** A directory of the test's own, with a short name because unix sockets go below it. */
export async function temporaryDirectory(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'evd-'));
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
}

export interface RecordingJson {
  readonly id: string;
  readonly recorderSerial: string;
  readonly officerId: string | null;
  readonly caseNumbers: readonly string[];
  readonly category: string | null;
  readonly important: boolean;
  readonly state: string;
  readonly kind: string;
  readonly damaged: boolean;
  readonly claimedStart: string | null;
  readonly start: string | null;
  readonly durationMs: number | null;
  readonly notes: readonly { code: string; parameters: Readonly<Record<string, string | number>> }[];
  readonly links: readonly { relation: string; recordingId: string }[];
  readonly playable: boolean;
  readonly duplicateOf: string | null;
  readonly originals: readonly { cardPath: string; bytes: number; sha256: string; sm3: string | null }[];
  readonly copies: readonly { where: string; verifiedAt: string }[];
}
