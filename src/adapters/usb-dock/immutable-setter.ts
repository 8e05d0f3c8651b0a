import { join } from 'node:path';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { AttributeAnswer, AttributeOutcome, AttributePower, ImmutableFiles } from '#ports/immutable-files';
import { runCommand } from './run-command.ts';

/** A file below the vault: lower-case parts of which none begins with a dot. What was set aside has underscores too. */
const FILE = /^[0-9a-z][0-9a-z._-]*(?:\/[0-9a-z][0-9a-z._-]*)*$/;
const SCRIPT = join(import.meta.dirname, 'set-immutable.pl');
const POWERS: readonly string[] = ['yes', 'none', 'forbidden'] satisfies readonly AttributePower[];
const OUTCOMES: readonly string[] = ['changed', 'was', 'gone', 'refused'] satisfies readonly AttributeOutcome[];
/** 64 files of a disk that is busy. */
const MS_MAX = 60_000;

interface Options {
  /** The vault's directory; null: none is configured. Asked each time, so that what the administrator writes holds at once. */
  readonly vault: () => Promise<string | null>;
  /** The station's user. */
  readonly owner: { readonly uid: number; readonly gid: number };
}

/**
 * The mount helper's side: has a small program change the attributes. It runs as the station's user, with CAP_LINUX_IMMUTABLE and no other right of root: what
 * the station cannot open itself, and what is not its own, it cannot reach. Node has no ioctl; perl and setpriv belong to every Debian.
 */
export class ImmutableSetter implements ImmutableFiles {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  async change(want: 'set' | 'clear' | 'look', keys: readonly string[]): Promise<AttributeAnswer> {
    const { owner } = this.#options;
    for (const key of keys) if (!FILE.test(key)) throw new EvidockError('recorder.mount-failed', because('not-in-vault', {}));
    const vault = await this.#options.vault();
    if (vault === null) throw new EvidockError('recorder.mount-failed', because('vault-unnamed', {}));
    const as = [`--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups', '--no-new-privs'];
    const rights = ['--inh-caps=-all,+linux_immutable', '--ambient-caps=-all,+linux_immutable'];
    const { status, stdout, stderr } = await runCommand('setpriv', [...as, ...rights, 'perl', SCRIPT, want, vault, ...keys], MS_MAX);
    const [power = '', ...outcomes] = stdout.split('\n').slice(0, -1);
    const counts = power === 'yes' ? keys.length : 0;
    if (status !== 0 || !POWERS.includes(power) || outcomes.length !== counts || !outcomes.every((outcome) => OUTCOMES.includes(outcome)))
      throw new EvidockError('recorder.mount-failed', because('thing-said', { thing: 'set-immutable', text: stderr.trim().slice(0, 200) }));
    return { power: power as AttributePower, outcomes: outcomes as AttributeOutcome[] };
  }
}
