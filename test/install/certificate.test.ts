/*
 * Goal: the certificate that scripts/install makes names what people type, its key is not for everybody, and it is renewed in time; what somebody else put there stays.
 * Method: scripts/certificate itself, with real OpenSSL, in a directory of the test's own; Node's TLS checks what came out.
 */
import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readPair } from '../../src/adapters/tls-files.ts';
import { ROOT, runProgram, temporaryDirectory } from '../support/evidock.ts';
import { makeTlsPair } from '../support/http/tls-pair.ts';

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let into: string;

beforeEach(async () => {
  home = await temporaryDirectory();
  into = join(home.path, 'tls');
});
afterEach(() => home.remove());

const run = (...options: string[]) =>
  runProgram(join(ROOT, 'scripts/certificate'), ['--into', into, '--group', 'nogroup-of-this-test', ...options], {});
const leaf = () => new X509Certificate(readFileSync(join(into, 'certificate.pem')));
const modeOf = (name: string) => statSync(join(into, name)).mode & 0o777;

it('names every name and address, fits its key, and tells its fingerprint', async () => {
  const made = await run('--names', 'station.example,10.0.0.9,2001:db8::9');
  expect(made.status, made.stderr).toBe(0);
  const found = await readPair({ certificate: join(into, 'certificate.pem'), key: join(into, 'key.pem') });
  expect(made.stdout).toContain(found.sha256);
  expect([leaf().checkHost('station.example'), leaf().checkHost('other.example')]).toEqual(['station.example', undefined]);
  for (const address of ['10.0.0.9', '2001:db8::9']) expect(leaf().checkIP(address)).toBe(address);
  expect(leaf().ca).toBe(false);
  expect([modeOf(''), modeOf('key.pem'), modeOf('certificate.pem')]).toEqual([0o750, 0o640, 0o644]);
  expect((await readdir(into)).sort()).toEqual(['certificate.pem', 'key.pem', 'made-by-evidock']);
});

it('is kept by a second run, made anew for other names, or when it is asked for', async () => {
  await run('--names', 'one.example');
  const first = leaf().fingerprint256;
  for (const again of [['--names', 'one.example'], []]) {
    expect((await run(...again)).stdout).toContain('kept as it is');
    expect(leaf().fingerprint256).toBe(first);
  }
  await run('--names', 'two.example');
  const second = leaf();
  expect([second.checkHost('two.example'), second.fingerprint256 === first]).toEqual(['two.example', false]);
  await run('--names', 'two.example', '--renew');
  expect(leaf().fingerprint256).not.toBe(second.fingerprint256);
});

it('leaves alone what somebody else put there, and refuses to renew it', async () => {
  await run('--names', 'one.example');
  const theirs = await makeTlsPair(home.path, { stem: 'theirs', days: 3 });
  await copyFile(theirs.certificate, join(into, 'certificate.pem'));
  await copyFile(theirs.key, join(into, 'key.pem'));
  expect((await run('--names', 'one.example')).stdout).toContain('not one that this made');
  expect((await run('--names', 'one.example', '--renew')).status).toBe(1);
  expect(readFileSync(join(into, 'certificate.pem'), 'utf8')).toBe(theirs.pem);
});

it.each([['a b'], ['-subj,x'], ['$(id)'], ["x'y"], [',']])('refuses %j as a name and leaves nothing', async (names) => {
  const refused = await run('--names', names);
  expect(refused.status).toBe(1);
  await expect(readdir(into)).rejects.toThrow();
});
