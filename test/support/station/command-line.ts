import { InProcessClient, type StationClient } from '#cli/client';
import type { CliContext, ConnectOptions } from '#cli/context';
import { runCli } from '#cli/program';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { buildServer } from '#serve/server';
import { type ServedStation, servedStation } from '#test/support/served-station';

interface Ended {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the whole command line in this process, over a real ledger and vault. */
export class CommandLine {
  readonly station: ServedStation;
  /** The options with which commands have asked for a station. */
  readonly connected: ConnectOptions[] = [];
  /** How many times a station was closed. */
  closed = 0;
  /** Stands for Ctrl-C. */
  interrupt = new AbortController();
  /** A client to use in place of the one for the station in this process. */
  client: StationClient | null = null;

  /** What is typed, or comes from a pipe, one for each time it is asked for. */
  secrets: string[] = [];

  /** What the doctor finds. */
  doctor: CliContext['doctor'] = async () => [
    { name: 'ffmpeg', ok: true, reason: because('program', { program: '7' }), remedy: null },
    { name: 'redis', ok: false, reason: because('cannot-run', { program: 'redis-server' }), remedy: because('mend-redis', {}) },
  ];

  private constructor(station: ServedStation) {
    this.station = station;
  }

  static async open(overrides: Parameters<typeof servedStation>[0] = {}): Promise<CommandLine> {
    return new CommandLine(await servedStation(overrides));
  }

  /** What the running command has printed so far: results and remarks. */
  printed = (): string => '';
  noted = (): string => '';

  close(): Promise<void> {
    return this.station.close();
  }

  async run(argv: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
    const out: string[] = [];
    const err: string[] = [];
    this.printed = () => out.join('');
    this.noted = () => err.join('');
    const status = await runCli(this.context(out, err, env), argv);
    return { status, out: out.join(''), err: err.join('') };
  }

  /** The answer that a command prints with --json. Throws if the command fails or prints anything else. */
  async json(argv: readonly string[]) {
    const { status, out, err } = await this.run(['--json', ...argv]);
    if (status !== 0 || err !== '') throw new Error(`${argv.join(' ')}: ${status} ${err}`);
    return JSON.parse(out);
  }

  /** Runs `body` with commands talking to `client`. */
  async through<T>(client: unknown, body: () => Promise<T>): Promise<T> {
    this.client = client as StationClient;
    try {
      return await body();
    } finally {
      this.client = null;
    }
  }

  context(out: string[], err: string[], env: Record<string, string> = {}): CliContext {
    return {
      version: '0.0.0-test',
      env: { EVIDOCK_LANG: 'en', ...env },
      cwd: this.station.directory,
      user: 'wang',
      stdout: { write: (text) => out.push(text), columns: 120 },
      stderr: { write: (text) => err.push(text), columns: 120 },
      readSecret: async (prompt) => {
        if (this.secrets.length > 1) err.push(prompt);
        return this.secrets.shift() ?? '';
      },
      stdinIsTerminal: this.secrets.length > 1,
      interrupted: () => this.interrupt.signal,
      explainConfig: ({ config }) => {
        if (config === 'bad.yaml')
          throw new EvidockError('config.invalid', because('said', { text: 'http.host: must be a loopback address; is "0.0.0.0"' }));
        return { timezone: 'Asia/Shanghai', explained: [{ path: 'http.port', value: 8470, from: 'default' }] };
      },
      configReference: () => '# Configuration',
      connect: async (options) => {
        this.connected.push(options);
        return this.client ?? this.#open();
      },
      runWorker: async () => undefined,
      runStation: async ({ ready }) => ready('http://127.0.0.1:8470'),
      doctor: (options) => this.doctor(options),
      cardLayouts: ['gat947', 'tiny'],
      makeCard: async () => 7,
    };
  }

  #open(): StationClient {
    const app = buildServer({ deps: this.station.deps, way: 'socket' });
    return new InProcessClient({
      app,
      user: 'wang',
      close: async () => {
        this.closed += 1;
        await app.close();
      },
    });
  }
}
