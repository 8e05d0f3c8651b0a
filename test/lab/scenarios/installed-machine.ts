import assert from 'node:assert/strict';
import type { Guest } from '../guest.ts';
import type { Recorder } from '../recorders.ts';
import type { LabContext } from '../scenario.ts';

/* What the steps of the scenario `install` have in common: a machine that scripts/install made a station of. */

export interface Machine {
  readonly guest: Guest;
  readonly context: LabContext;
  /** A disk with two partitions, exFAT and vfat; made while no station watched the port at which it was filled. */
  readonly twoPartitions: Recorder;
  /** SHA-256 of every file that was docked so far and must be in the vault, once each. */
  readonly taken: string[];
}

export const CHECKOUT = '/srv/checkout';
export const CONFIG = '/etc/evidock/station.yaml';
export const STATE = '/var/lib/evidock';
/** Copying the packages and a first start without compiled sources take the emulated processor minutes. */
export const LONG = { timeoutMs: 600_000 };
const SEALED_MS_MAX = 360_000;

export async function isUp(guest: Guest): Promise<void> {
  await guest.waitFor('systemctl is-active --quiet evidock && systemctl show -P StatusText evidock | grep -q ^up', 300);
}

/** Changes lines of the configuration, as an editor does; nothing is restarted. */
export async function edit(guest: Guest, values: Readonly<Record<string, string>>): Promise<void> {
  for (const [key, value] of Object.entries(values)) {
    const line = `  ${key}: ${value}`;
    // A line that is not there is not changed without a word.
    await guest.sh(`sed -i 's|^  ${key}: .*|${line}|' ${CONFIG} && grep -qxF '${line}' ${CONFIG}`);
  }
}

/** Changes the configuration and restarts the station. */
export async function configure(guest: Guest, values: Readonly<Record<string, string>>): Promise<void> {
  await edit(guest, values);
  await guest.sh('systemctl restart evidock', LONG);
  await isUp(guest);
}

interface Recording {
  readonly state: string;
  readonly originals: readonly { readonly sha256: string }[];
}

/** Waits until the command tells that the originals with these digests are sealed. */
export async function isSealed(guest: Guest, digests: readonly string[]): Promise<void> {
  const end = Date.now() + SEALED_MS_MAX;
  for (;;) {
    // A busy emulated machine does not always answer within the two seconds that a command waits for the station.
    const found = JSON.parse(await guest.waitFor('evidock --json recordings', 120)) as readonly Recording[];
    const sealed = found.filter(({ state }) => state !== 'copying').flatMap(({ originals }) => originals.map(({ sha256 }) => sha256));
    if (digests.every((digest) => sealed.includes(digest))) return;
    assert.ok(Date.now() < end, `not sealed: ${JSON.stringify(found)}\n${await guest.sh('evidock --lang en slots || true', LONG)}`);
  }
}
