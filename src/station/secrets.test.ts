import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '#test/support/evidock';
import { readSecret, secretsDirectory } from './secrets.ts';

let home: Awaited<ReturnType<typeof temporaryDirectory>>;

beforeEach(async () => {
  home = await temporaryDirectory();
});
afterEach(() => home.remove());

describe('secrets', () => {
  it('are files by name, or credentials with the prefix that systemd gives them', async () => {
    await writeFile(join(home.path, 'unlock-a'), '000000\n');
    await writeFile(join(home.path, 'evidock_unlock-b'), '111111');
    expect(await readSecret(home.path, 'unlock-a')).toBe('000000');
    expect(await readSecret(home.path, 'unlock-b')).toBe('111111');
    expect(await readSecret(home.path, 'unlock-c')).toBeNull();
    expect(await readSecret(null, 'unlock-a')).toBeNull();
    expect(await readSecret(home.path, '../unlock-a')).toBeNull();
  });

  it('that cannot be read are a trouble, not an absence', async () => {
    await mkdir(join(home.path, 'unlock-d'));
    await expect(readSecret(home.path, 'unlock-d')).rejects.toMatchObject({ code: 'recorder.locked' });
  });

  it('lie where the configuration says, or where systemd puts them', () => {
    expect(secretsDirectory('/a', { CREDENTIALS_DIRECTORY: '/b' })).toBe('/a');
    expect(secretsDirectory('', { CREDENTIALS_DIRECTORY: '/b' })).toBe('/b');
    expect(secretsDirectory('', {})).toBeNull();
  });
});
