import assert from 'node:assert/strict';
import type { ByteRange } from '#domain/byte-range';
import type { Card } from './cards.ts';
import type { Guest } from './guest.ts';
import type { LabStation } from './station.ts';

/* What must hold after every scenario, whatever was done to the recorders: nothing lost, nothing doubled, nothing half, never safe too early. */

interface OriginalFacts {
  readonly id: string;
  readonly recordingId: string;
  readonly dockingId: string;
  readonly recorder: string;
  readonly path: string;
  readonly bytes: number;
  readonly mtimeMs: number;
  readonly state: string;
  readonly vaultKey: string;
  readonly sha256: string | null;
  readonly gaps: readonly ByteRange[];
  /** Of what lies in the vault, read by the lab itself; null if it is not sealed or not there. */
  readonly vaultSha256: string | null;
  readonly manifest: { readonly digests: { readonly sha256: string }; readonly unreadable: readonly ByteRange[] } | null;
}

interface DockingFacts {
  readonly id: string;
  readonly slot: number;
  readonly port: string;
  readonly recorder: string;
  readonly state: string;
  readonly clockOffsetMs: number | null;
  readonly safeAtMs: number | null;
  readonly filesRefused: number;
}

interface CustodyFacts {
  readonly seq: number;
  readonly type: string;
  readonly subject: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What in-guest/ledger-facts.mjs found in the state directory. */
export interface Facts {
  readonly originals: readonly OriginalFacts[];
  readonly dockings: readonly DockingFacts[];
  readonly custody: readonly CustodyFacts[];
  /** Of the vault, by key. */
  readonly files: readonly string[];
}

export function factsOf(station: LabStation): Promise<Facts> {
  return readFacts(station.guest, station.state, 'node');
}

/** Reads ledger and vault in the guest with nothing of the station's own code. `node` is how node is started there. */
export async function readFacts(guest: Guest, state: string, node: string): Promise<Facts> {
  return JSON.parse(await guest.sh(`${node} ${guest.tools}/ledger-facts.mjs ${state}`, { timeoutMs: 180_000 })) as Facts;
}

/** The station's own note of the newest custody entry. */
const LEDGER_HEAD = 'ledger-head.json';
/** Segments of the custody log that have left the ledger. */
const LOG_SEGMENT = /^custody\/[a-z0-9]+\/\d{12}-\d{12}-[0-9a-f]{16}\.(log|lists|personal)$/;

/**
 * These cards are in the vault: each file once, sealed, with the digest that the image's file has (or the one that `damaged` tells), and nothing else
 * is there; whoever was called safe was so; and `evidock verify` agrees.
 */
export async function expectClean(station: LabStation, cards: readonly Card[], shownSafe = station.shownSafe): Promise<Facts> {
  await station.verify();
  const facts = await factsOf(station);
  const expected = cards.flatMap(({ serial, digests }) =>
    [...digests].map(([path, sha256]) => `${serial} ${path} sealed ${sha256} ${sha256}`),
  );
  const found = facts.originals.map((original) => {
    const { recorder, path, state, sha256, vaultSha256, manifest } = original;
    assert.equal(manifest?.digests.sha256, sha256, `${recorder} ${path}: its manifest tells another digest`);
    return `${recorder} ${path} ${state} ${sha256} ${vaultSha256}`;
  });
  // One line for each original: what is missing, doubled, unsealed or otherwise is told by the difference.
  assert.deepEqual(found.toSorted(), expected.toSorted());
  const kept = facts.originals.flatMap(({ vaultKey }) => [vaultKey, vaultKey.replace(/\.[0-9a-z]+$/, '.manifest.json')]);
  // A manifest whose sealing never reached the ledger is set aside by the next one (life-of-a-recording.md, write 6). Footage never is, here.
  const known = (file: string) =>
    kept.includes(file) ||
    file === LEDGER_HEAD ||
    LOG_SEGMENT.test(file) ||
    /\/derived\//.test(file) ||
    /^quarantine\/[^/]*\.manifest\.json\.[0-9a-f]+$/.test(file);
  const strange = facts.files.filter((file) => !known(file));
  assert.deepEqual(strange, [], 'files of the vault that no original knows');
  expectNeverSafeTooEarly(facts, cards, shownSafe);
  return facts;
}

/** A docking is safe only after every file of the card was sealed: the custody log has both in order. */
function expectNeverSafeTooEarly(facts: Facts, cards: readonly Card[], shownSafe: ReadonlySet<string>): void {
  const sealedAt = new Map(facts.custody.filter(({ type }) => type === 'original.sealed').map(({ subject, seq }) => [subject, seq]));
  const safe = facts.custody.filter(({ type }) => type === 'docking.safe');
  for (const dockingId of shownSafe)
    assert.ok(
      safe.some(({ subject }) => subject === dockingId),
      `${dockingId} was shown as safe and is not`,
    );
  for (const { subject, seq } of safe) {
    const docking = facts.dockings.find(({ id }) => id === subject);
    const card = cards.find(({ serial }) => serial === docking?.recorder);
    for (const path of card?.digests.keys() ?? []) {
      const original = facts.originals.find((each) => each.recorder === card?.serial && each.path === path);
      const at = sealedAt.get(original?.id ?? '');
      assert.ok(at !== undefined && at < seq, `${subject} was safe (entry ${seq}) before ${path} was sealed (entry ${at})`);
    }
  }
}
