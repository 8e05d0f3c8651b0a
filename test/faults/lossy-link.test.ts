/*
 * Goal: footage gets to the archive and back over a link that is far and loses packets, each byte once. Method: scripts/slow-links.ts with its shortest link, which is a
 * TUN device in a network namespace of its own and loses one packet of a hundred; the script itself ends with 1 if bytes arrive twice or nothing was lost.
 */
import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { runProgram } from '../support/evidock.ts';

/** A namespace needs root, and the link a TUN device. */
const possible = process.getuid?.() === 0 && existsSync('/dev/net/tun');

it.runIf(possible)('an upload in parts and its read-back get through a link that loses packets', { timeout: 120_000 }, async () => {
  const { status, stdout, stderr } = await runProgram(process.execPath, ['scripts/slow-links.ts', 'short']);
  expect(status, stdout + stderr).toBe(0);
  const [, lost] = /^short: 5\.5 MiB up in .* ([\d.]+) % of the packets lost, .* 0 tries failed$/m.exec(stdout) ?? expect.fail(stdout);
  expect(Number(lost)).toBeGreaterThan(0.1);
});
