/*
 * What the ledger and the vault of a state directory hold, as one JSON document: read without any code of the station, so that the lab does not
 * ask the one whom it examines. The station may run meanwhile.
 *
 * usage: ledger-facts.mjs STATE
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const state = process.argv[2];
const vault = join(state, 'vault');
const TOLD = "'docking.arrived','docking.safe','docking.removed','original.sealed','original.wiped','wipe.begun','recorder.clock-set'";

const ledger = new DatabaseSync(join(state, 'ledger/ledger.sqlite'), { readOnly: true });
ledger.exec('PRAGMA busy_timeout = 20000; BEGIN');
const originals = ledger
  .prepare(
    `SELECT id, recording_id AS recordingId, docking_id AS dockingId, recorder_serial AS recorder, card_path AS path, bytes, mtime_ms AS mtimeMs,
      state, vault_key AS vaultKey, sha256, gaps, duplicate_of AS duplicateOf FROM originals`,
  )
  .all();
const dockings = ledger
  .prepare(
    `SELECT id, slot, port, recorder_serial AS recorder, state, clock_offset_ms AS clockOffsetMs, safe_at AS safeAtMs, files_refused AS filesRefused
      FROM dockings`,
  )
  .all();
const custody = ledger
  .prepare(`SELECT seq, type, subject, bytes FROM custody WHERE type IN (${TOLD}) ORDER BY seq`)
  .all()
  .map(({ bytes, subject, ...entry }) => ({
    ...entry,
    // By its id alone, and with what stands beside the log.
    subject: subject.slice(subject.indexOf(':') + 1),
    data: { ...JSON.parse(Buffer.from(bytes).toString()).data, ...besideOf(entry.seq) },
  }));
ledger.exec('COMMIT');

for (const original of originals) {
  original.gaps = JSON.parse(original.gaps);
  const path = join(vault, original.vaultKey);
  original.vaultSha256 = original.state === 'sealed' && existsSync(path) ? await sha256Of(path) : null;
  const manifest = path.replace(/\.[0-9a-z]+$/, '.manifest.json');
  original.manifest = original.state === 'sealed' && existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')).original : null;
}
const files = readdirSync(vault, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name).slice(vault.length + 1));
console.log(JSON.stringify({ originals, dockings, custody, files }));

function besideOf(seq) {
  const values = ledger.prepare('SELECT name, bytes FROM custody_beside WHERE seq = ?').all(seq);
  return Object.fromEntries(values.map(({ name, bytes }) => [name, JSON.parse(Buffer.from(bytes).toString())]));
}

async function sha256Of(path) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}
