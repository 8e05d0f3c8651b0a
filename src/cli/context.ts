import type { Reason } from '#domain/reason';
import type { TextKey } from '#messages/language';
import type { StationClient } from './client.ts';

/** What `--config` and `--state-dir` say; null where they are not given. */
export interface GlobalOptions {
  readonly config: string | null;
  readonly state: string | null;
}

interface ExplainedValue {
  readonly path: string;
  readonly value: unknown;
  /** Where it comes from: default, file, environment, command line. */
  readonly from: string;
}

/** Short name: `ffmpeg`, `redis`, `vault disk`, … */
export type CheckName = TextKey extends infer Key ? (Key extends `check.${infer Name}` ? Name : never) : never;

export interface DoctorCheck {
  readonly name: CheckName;
  readonly ok: boolean;
  /** Works, but not as well as it should. */
  readonly warn?: boolean;
  readonly reason: Reason;
  /** What to do; null if it is well. */
  readonly remedy: Reason | null;
  /** Code of the error table that the remedy is from. */
  readonly code?: string;
}

interface CardOptions {
  readonly directory: string;
  readonly layout: string;
  readonly seconds: number;
  /** Of the layout `tiny`. */
  readonly files: number;
}

export interface ConnectOptions extends GlobalOptions {
  /** A station that must be opened for the command takes directories in: copies, hashes, seals. */
  readonly intake?: boolean;
  /** The directory that the command is about to take in: it is looked at before a station is opened, which may write its state first. */
  readonly card?: string;
  /** And also runs derive and archive work. */
  readonly work?: boolean;
  /** The ledger is to be used as it is found, whatever the vault and the archive say of it. */
  readonly acceptLedger?: boolean;
}

/** Where a command writes; process.stdout and process.stderr, or a test's own. */
interface Screen {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  /** False once nobody reads any more (`| head`): what goes on and on ends then. */
  readonly writable?: boolean | undefined;
}

/** All that commands need of the world outside; given by main.ts. */
export interface CliContext {
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute; relative paths of arguments start here. */
  readonly cwd: string;
  /** Who types, for the custody log. */
  readonly user: string;
  readonly stdout: Screen;
  readonly stderr: Screen;
  /** Ctrl-C from now on ends what the command follows, and not the process. */
  interrupted(): AbortSignal;
  /** Checks the configuration and says where each value comes from; secrets are masked. Throws config.invalid. */
  explainConfig(options: GlobalOptions): { readonly explained: readonly ExplainedValue[]; readonly timezone: string };
  /** The reference of all settings, as Markdown. */
  configReference(): string;
  /** The running station if it answers on its control socket, else the station opened in this process without docks. */
  connect(options: ConnectOptions): Promise<StationClient>;
  /** Runs the station until a signal stops it; `ready` is called with the address when it is up. */
  runStation(options: GlobalOptions & { readonly ready: (address: string) => void }): Promise<void>;
  /** Runs a worker on this host until a signal stops it or its key is good no more; `invite` is the text of its invitation. */
  runWorker(
    options: GlobalOptions & { readonly invite: string; readonly ready: (names: { station: string; worker: string }) => void },
  ): Promise<void>;
  doctor(options: GlobalOptions): Promise<readonly DoctorCheck[]>;
  readonly cardLayouts: readonly string[];
  /** Returns how many files. */
  makeCard(options: CardOptions): Promise<number>;
}
