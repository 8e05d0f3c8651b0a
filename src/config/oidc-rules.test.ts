/*
 * Goal: nothing of a sign-in can be configured to go over a network in the clear, or to come back to another place than the station's.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { loadConfig } from './load.ts';

const BACK = '/api/v1/sign-in/oidc/return';
const GOOD = { issuer: 'https://id.example.org/realms/a', clientId: 'evidock', redirectUri: `https://station.example.org${BACK}` };

function emptyDirectory(): string {
  const root = mkdtempSync(join(tmpdir(), 'evd-oidc-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  return root;
}

function load(oidc: Record<string, unknown>) {
  const root = emptyDirectory();
  const file = join(root, 'station.yaml');
  writeFileSync(file, JSON.stringify({ oidc }));
  return loadConfig({ file, state: null, env: {}, root }).config.oidc;
}

it('is off at first, and takes what is encrypted or does not leave the machine', () => {
  expect(load({}).issuer).toBe('');
  expect(load(GOOD)).toMatchObject(GOOD);
  const here = { ...GOOD, issuer: 'http://127.0.0.1:9000', redirectUri: `http://[::1]:8470${BACK}` };
  expect(load(here)).toMatchObject(here);
});

it.each([
  [{ issuer: 'http://id.example.org' }, /oidc\.issuer: must be an https URL/],
  [{ issuer: 'id.example.org' }, /oidc\.issuer: must be an https URL/],
  [{ issuer: 'https://wang:secret@id.example.org' }, /oidc\.issuer: must be an https URL/],
  [{ issuer: 'https://id.example.org/?tenant=1' }, /oidc\.issuer: must be an https URL/],
  [{ issuer: 'http://127.0.0.1.example.org' }, /oidc\.issuer: must be an https URL/],
  [{ clientId: '' }, /oidc\.clientId: is needed with oidc\.issuer/],
  [{ redirectUri: '' }, /oidc\.redirectUri: is needed/],
  [{ redirectUri: `http://station.example.org${BACK}` }, /oidc\.redirectUri: must be an https URL/],
  [{ redirectUri: 'https://station.example.org/' }, /oidc\.redirectUri: must be the address of the station/],
  [{ redirectUri: `${GOOD.redirectUri}/` }, /oidc\.redirectUri: must be the address of the station/],
  [{ redirectUri: `${GOOD.redirectUri}?a=1` }, /oidc\.redirectUri: must be the address of the station/],
  [{ scope: 'profile' }, /oidc\.scope/],
  [{ claim: '' }, /oidc\.claim/],
  [{ timeout: 0 }, /oidc\.timeout/],
])('%j is refused by name', (change, message) => {
  expect(() => load({ ...GOOD, ...change })).toThrow(message);
});
