import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { type Outcome, ROOT, runProgram } from '#test/support/evidock';
import { BrowserSession } from '#test/support/http/browser-session';

const DAY_MS = 86_400_000;
const PASSWORD = 'willow kettle orbit stamp';

/** The real program in a process of its own, on a day of the test's choice: the day changes between two starts, as a machine that was off has it. */
export class ShiftedStation {
  readonly state: string;
  readonly #options: readonly string[];
  readonly #env: Readonly<Record<string, string>>;
  #day = 0;
  #process: ChildProcess | null = null;
  #address = '';

  /** `config`: a file; left out: the defaults. */
  constructor(state: string, { config, env = {} }: { readonly config?: string; readonly env?: Readonly<Record<string, string>> } = {}) {
    this.state = state;
    this.#options = [...(config === undefined ? [] : ['--config', config]), '--state-dir', state];
    this.#env = env;
  }

  get nowMs(): number {
    return Date.now() + this.#day * DAY_MS;
  }

  /** What a process of this station needs, so that its clock stands on that day. */
  #envOn(more: Readonly<Record<string, string>> = {}): Record<string, string> {
    const clock = new URL('shifted-clock.mjs', import.meta.url).pathname;
    const shifted = { NODE_OPTIONS: `--import=${clock}`, EVIDOCK_TEST_AHEAD_MS: String(this.#day * DAY_MS) };
    return { EVIDOCK_HTTP_PORT: '0', ...shifted, ...this.#env, ...more };
  }

  /** Sets the day, counted from today, for the next start and for commands without a running station. */
  on(day: number): this {
    this.#day = day;
    return this;
  }

  async start(more: Readonly<Record<string, string>> = {}): Promise<void> {
    const address = join(this.state, 'run/address');
    await rm(address, { force: true });
    const env = { ...process.env, ...this.#envOn(more) };
    const said: Buffer[] = [];
    const child = spawn(join(ROOT, 'scripts/evidock'), [...this.#options, 'run'], { stdio: ['ignore', 'pipe', 'pipe'], env });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => said.push(chunk));
    this.#process = child;
    const until = { timeout: 300_000, interval: 50 };
    // The file is there before its text is.
    const text = () => (existsSync(address) ? readFileSync(address, 'utf8').trim() : '');
    await vi.waitUntil(() => text() !== '' || child.exitCode !== null, until).catch(() => undefined);
    this.#address = text();
    if (this.#address === '') throw new Error(`the station did not start: ${Buffer.concat(said).toString().slice(-2000)}`);
  }

  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }

  /** By what the process ended that this test did not stop. */
  async ended(): Promise<string | number | null> {
    const child = this.#process;
    if (child && child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    this.#process = null;
    return child?.signalCode ?? child?.exitCode ?? null;
  }

  /** Runs a command on its day; never throws for its exit status. `under`: a program that runs it. */
  run(args: readonly string[], more: Readonly<Record<string, string>> = {}, under: readonly string[] = []): Promise<Outcome> {
    const [program = '', ...all] = [...under, join(ROOT, 'scripts/evidock'), ...this.#options, ...args];
    return runProgram(program, all, { env: { EVIDOCK_LANG: 'en', ...this.#envOn(more) }, timeoutMs: 300_000 });
  }

  /** What a command that ends well prints. */
  async say(...args: string[]): Promise<string> {
    const { status, stdout, stderr } = await this.run(args);
    expect(status, `evidock ${args.join(' ')}\n${stderr}${stdout}`).toBe(0);
    return stdout;
  }

  async json<T>(...args: string[]): Promise<T> {
    return JSON.parse(await this.say('--json', ...args)) as T;
  }

  /** Makes an account by command. Returns its browser, which has signed in. */
  async addPerson(account: string, ...options: string[]): Promise<BrowserSession> {
    const said = await this.say('user', 'add', account, '--name', `Name of ${account}`, ...options);
    const [, token = ''] = /\/setup#(\S+)/.exec(said) ?? [];
    const browser = new BrowserSession(this.#address);
    const setUp = await browser.ask('POST', '/set-up', { body: { token, password: PASSWORD } });
    expect(setUp.json(), said).toEqual({ account });
    return this.signIn(account);
  }

  async signIn(account: string): Promise<BrowserSession> {
    const browser = new BrowserSession(this.#address);
    const first = await browser.ask('POST', '/session', { body: { account, password: PASSWORD } });
    expect(first.json(), first.text).toMatchObject({ state: 'signed-in' });
    return browser;
  }
}
