import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';

/*
 * Looks at what lies on the disks and in the file of the ledger, with SQL and file names alone. It shares no line with the station.
 */

/** What the second place holds, as somebody sees it who does not ask the station. */
export interface SecondPlace {
  /** SHA-256 of what lies under each key of an original; several where it keeps versions. */
  originals(): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Every key below this directory, whatever it is. */
  keysUnder(prefix: string): Promise<readonly string[]>;
  /** Until when it refuses to destroy this object; Infinity: held without a date; 0: it does not. */
  refusesUntil(key: string, sealed: string): Promise<number>;
  /** Tries to destroy it under the key of the place's owner: whether the place refused. null: nobody can try that here. */
  readonly refuses: ((key: string, sealed: string) => Promise<boolean>) | null;
  /** Changes an object as somebody does who has the place in their hands. `spoilt`: its bytes are gone; `disturbed`: something else hides them. */
  spoil(key: string, how: Spoiling): Promise<'spoilt' | 'disturbed'>;
}

export type Spoiling = 'flip' | 'cut' | 'remove';

export const ORIGINAL = /\/original-\d{4}\.(?!manifest\.json$|blocks$)[0-9a-z]{1,5}$/;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

export interface SeenOriginal {
  readonly recording: string;
  readonly original: string;
  readonly key: string;
  readonly sha256: string;
  readonly state: string;
}

/** Every file below a directory, as keys. */
function walk(root: string, below = ''): readonly string[] {
  const path = join(root, below);
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    const key = below === '' ? entry.name : `${below}/${entry.name}`;
    return entry.isDirectory() ? walk(root, key) : [key];
  });
}

export function diskPlace(directory: string): SecondPlace {
  return {
    originals: async () => originalsIn(directory),
    keysUnder: async (prefix) => walk(directory, prefix),
    refusesUntil: async (key) => {
      const file = join(`${directory}-locks`, 'locks.json');
      const all = existsSync(file)
        ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, { untilMs: number | null; hold: boolean }>)
        : {};
      const found = all[key];
      return found?.hold ? Number.POSITIVE_INFINITY : (found?.untilMs ?? 0);
    },
    refuses: null,
    spoil: async (key, how) => {
      spoilFile(join(directory, key), how);
      return 'spoilt';
    },
  };
}

function originalsIn(directory: string): ReadonlyMap<string, readonly string[]> {
  const keys = walk(directory).filter((key) => ORIGINAL.test(key) && !key.startsWith('quarantine/'));
  return new Map(keys.map((key) => [key, [sha256(readFileSync(join(directory, key)))]]));
}

/** Changes a file behind the station's back. */
export function spoilFile(path: string, how: Spoiling): void {
  if (how === 'remove') rmSync(path);
  else chmodSync(path, 0o600);
  if (how === 'cut') truncateSync(path, 7);
  if (how !== 'flip') return;
  const bytes = readFileSync(path);
  bytes[5] = (bytes[5] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

interface Row {
  readonly [column: string]: unknown;
}

export class Auditor {
  readonly vault: string;
  readonly second: SecondPlace;
  readonly place: string;
  readonly #file: string;
  readonly #statements = new Map<string, StatementSync>();
  #db: DatabaseSync | null = null;
  /** Hash of the newest entry that was looked at, and its number. */
  #head = { seq: -1, hash: '' };

  constructor(given: { readonly directory: string; readonly second: SecondPlace; readonly place: string }) {
    this.vault = join(given.directory, 'vault');
    this.#file = join(given.directory, 'ledger.sqlite');
    this.second = given.second;
    this.place = given.place;
  }

  rows(sql: string, ...given: readonly (string | number)[]): readonly Row[] {
    this.#db ??= new DatabaseSync(this.#file, { readOnly: true });
    const statement = this.#statements.get(sql) ?? this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement.all(...given) as readonly Row[];
  }

  close(): void {
    this.#db?.close();
    this.#db = null;
    this.#statements.clear();
  }

  originals(): readonly SeenOriginal[] {
    return this.rows(
      'SELECT o.id, o.recording_id, o.vault_key, o.sha256, r.state FROM originals o JOIN recordings r ON r.id = o.recording_id ORDER BY o.id',
    ).map((row) => ({
      ...{ recording: String(row['recording_id']), original: String(row['id']), key: String(row['vault_key']) },
      ...{ sha256: String(row['sha256']), state: String(row['state']) },
    }));
  }

  inVault(): ReadonlyMap<string, readonly string[]> {
    return originalsIn(this.vault);
  }

  /** What of a recording that is gone lies anywhere, by name. */
  async leftOf(prefix: string): Promise<readonly string[]> {
    const aside = walk(this.vault, 'quarantine').filter((key) => key.includes(prefix.replaceAll('/', '_')));
    return [...walk(this.vault, prefix), ...aside, ...(await this.second.keysUnder(prefix))];
  }

  /** Files without a row, and rows without their file, of both places. `spoilt`: keys that somebody has just changed, by place. */
  async differences(spoilt: ReadonlySet<string>): Promise<readonly string[]> {
    const places = { vault: this.inVault(), [this.place]: await this.second.originals() };
    const found: string[] = [];
    const rows = this.rows(
      "SELECT c.place, c.key, o.sha256 FROM copies c JOIN originals o ON o.id = c.item_id WHERE c.place IN ('vault', ?)",
      this.place,
    );
    // What is being destroyed is on record as that until it is settled.
    const intended = new Set(this.rows('SELECT place, key FROM destructions').map(({ place, key }) => `${String(place)} ${String(key)}`));
    const named = new Set<string>();
    for (const { place, key, sha256: sealed } of rows) {
      const name = `${String(place)} ${String(key)}`;
      named.add(name);
      if (spoilt.has(name) || intended.has(name)) continue;
      const there = places[String(place)]?.get(String(key)) ?? [];
      if (!there.includes(String(sealed)))
        found.push(`${name}: the row says that it is there, and ${there.length === 0 ? 'it is not' : 'it holds other bytes'}`);
    }
    for (const [place, keys] of Object.entries(places))
      for (const key of keys.keys())
        if (!named.has(`${place} ${key}`) && !spoilt.has(`${place} ${key}`)) found.push(`${place} ${key}: no row knows it`);
    return found;
  }

  /** Each entry follows the one before, and what was looked at once has not changed since. Returns what is wrong. */
  chainFaults(): readonly string[] {
    const faults: string[] = [];
    const [again] = this.rows('SELECT hash FROM custody WHERE seq = ?', this.#head.seq);
    if (this.#head.seq >= 0 && again?.['hash'] !== this.#head.hash) faults.push(`entry ${this.#head.seq} is another one than before`);
    for (const row of this.rows('SELECT seq, prev, hash, bytes FROM custody WHERE seq > ? ORDER BY seq', this.#head.seq)) {
      const [seq, prev, hash] = [Number(row['seq']), String(row['prev']), String(row['hash'])];
      if (seq !== this.#head.seq + 1) faults.push(`after entry ${this.#head.seq} comes ${seq}`);
      if (this.#head.seq >= 0 && prev !== this.#head.hash) faults.push(`entry ${seq} does not follow the one before`);
      if (sha256(row['bytes'] as Uint8Array) !== hash) faults.push(`entry ${seq} has other bytes than its hash`);
      this.#head = { seq, hash };
    }
    return faults;
  }

  /** Why a recording that is gone went without two persons: empty if it did not. */
  papersOf(recording: string): readonly string[] {
    const [stone] = this.rows('SELECT * FROM tombstones WHERE recording_id = ?', recording);
    if (!stone) return ['no tombstone'];
    const [list] = this.rows('SELECT * FROM disposals WHERE id = ?', String(stone['disposal_id']));
    if (!list) return ['no list'];
    const roles = (column: string) => JSON.parse(String(list[column] ?? '[]')) as readonly string[];
    const both = roles('proposed_roles').filter((role) => roles('approved_roles').includes(role));
    const entries = this.rows('SELECT type, actor FROM custody WHERE subject = ? ORDER BY seq', `disposal:${String(list['id'])}`);
    const deciders = entries.filter(({ type }) => /^disposal\.(proposed|approved)$/.test(String(type))).map(({ actor }) => String(actor));
    return [
      ...(list['approved_by'] === null || list['approved_by'] === list['proposed_by'] ? ['one person alone'] : []),
      ...(stone['approved_by'] !== list['approved_by'] || stone['proposed_by'] !== list['proposed_by']
        ? ['the tombstone names others']
        : []),
      ...(both.length > 0 ? [`both are ${both.join()}`] : []),
      ...(Number(stone['at']) < Number(list['approved_at']) + 7 * 86_400_000 ? ['before the waiting period was over'] : []),
      ...(new Set(deciders).size < 2 ? [`the log names ${deciders.join() || 'nobody'}`] : []),
    ];
  }

  /** Kinds of the duties that stand about something. */
  dutiesAbout(kind: string, id: string): readonly string[] {
    return this.rows("SELECT kind FROM duties WHERE subject_kind = ? AND subject_id = ? AND state <> 'done'", kind, id).map((row) =>
      String(row['kind']),
    );
  }
}
