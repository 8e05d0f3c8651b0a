import type { TextKey } from '#messages/language';
import type { Finding } from '#ports/diagnosis';
import type { StationClient } from './client.ts';

/** The values of `--config` and `--state-dir`; null where they are not given. */
export interface GlobalOptions {
  readonly config: string | null;
  readonly state: string | null;
}

interface ExplainedValue {
  readonly path: string;
  readonly value: unknown;
  /** Source of the value: default, file, environment, command line. */
  readonly from: string;
}

/** Short name: `ffmpeg`, `redis`, `vault disk`, … */
export type CheckName = TextKey extends infer Key ? (Key extends `check.${infer Name}` ? Name : never) : never;

export interface DoctorCheck extends Finding {
  readonly name: CheckName;
}

interface CardOptions {
  readonly directory: string;
  readonly layout: string;
  readonly seconds: number;
  /** How many files a card of the layout `tiny` gets. */
  readonly files: number;
}

export interface ConnectOptions extends GlobalOptions {
  /** True: a station that is opened for the command takes directories in, with copying, hashing and sealing. */
  readonly intake?: boolean;
  /** The directory that the command is about to take in. It is checked before a station is opened, because that may write state. */
  readonly card?: string;
  /** True: the station also does derive and archive work. */
  readonly work?: boolean;
  /** True: the ledger is used as it is, whatever vault and archive say of it. */
  readonly acceptLedger?: boolean;
}

/** Where a command writes; process.stdout and process.stderr, or a test's own. */
interface Screen {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  /** False when nobody reads any more (`| head`). A command that prints without end then stops. */
  readonly writable?: boolean | undefined;
}

/** Everything that commands need of the world outside; main.ts gives it. */
export interface CliContext {
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute path. Relative paths in arguments begin here. */
  readonly cwd: string;
  /** Name of the person who types, for the custody log. */
  readonly user: string;
  readonly stdout: Screen;
  readonly stderr: Screen;
  /** Reads a line that is not shown while it is typed; from a pipe all that comes. Throws request.invalid. */
  readSecret(prompt: string): Promise<string>;
  readonly stdinIsTerminal: boolean;
  /** A signal for Ctrl-C. From this call on, Ctrl-C aborts the signal and does not end the process. */
  interrupted(): AbortSignal;
  /** Checks the configuration and tells the source of each value; secrets are masked. Throws config.invalid. */
  explainConfig(options: GlobalOptions): { readonly explained: readonly ExplainedValue[]; readonly timezone: string };
  /** The reference of all settings, as Markdown. */
  configReference(): string;
  /** Connects to the running station if it answers on its control socket. Else opens the station in this process, without docks. */
  connect(options: ConnectOptions): Promise<StationClient>;
  /** Runs the station until a signal stops it; `ready` is called with the address when it is up. */
  runStation(options: GlobalOptions & { readonly ready: (address: string) => void }): Promise<void>;
  /** Runs a worker on this host until a signal stops it or its key is revoked. `invite`: the text of its invitation. */
  runWorker(
    options: GlobalOptions & { readonly invite: string; readonly ready: (names: { station: string; worker: string }) => void },
  ): Promise<void>;
  doctor(options: GlobalOptions): Promise<readonly DoctorCheck[]>;
  readonly cardLayouts: readonly string[];
  /** Writes a sample card. Returns how many files it has. */
  makeCard(options: CardOptions): Promise<number>;
}
