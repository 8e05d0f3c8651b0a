/*
 * Goal: a renewed certificate is in force without a restart, whichever way it comes into its place; one that cannot be used never takes the old one's place.
 * Method: real certificates in real files; each look is asked for, so nothing waits.
 */
import { X509Certificate } from 'node:crypto';
import { copyFile, mkdir, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TlsPair } from '#ports/tls-source';
import { temporaryDirectory } from '#test/support/evidock';
import { makeTlsPair } from '#test/support/http/tls-pair';
import { TlsFiles } from './tls-files.ts';

const NOW_MS = Date.now();
const DAY_MS = 86_400_000;
const lines: string[] = [];
const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let place: { certificate: string; key: string };
let nowMs = NOW_MS;
let files: TlsFiles | undefined;

async function put(pair: { certificate: string; key: string }): Promise<void> {
  for (const name of ['certificate', 'key'] as const) {
    await copyFile(pair[name], `${place[name]}.new`);
    await rename(`${place[name]}.new`, place[name]);
  }
}

const sha256Of = (pem: string) => new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase();

beforeEach(async () => {
  home = await temporaryDirectory();
  lines.length = 0;
  nowMs = NOW_MS;
  place = { certificate: join(home.path, 'in-force.crt'), key: join(home.path, 'in-force.key') };
});
afterEach(async () => {
  files?.stop();
  files = undefined;
  await home.remove();
});

async function opened(): Promise<TlsFiles> {
  files = await TlsFiles.open({ ...place, clock: { nowMs: () => nowMs }, log });
  return files;
}

describe('certificate and key', () => {
  it('are taken over when both are new, told once, and nothing is told of files that did not change', async () => {
    const first = await makeTlsPair(home.path, { stem: 'first' });
    const second = await makeTlsPair(home.path, { stem: 'second', days: 20 });
    await put(first);
    const source = await opened();
    const heard: TlsPair[] = [];
    const deaf: TlsPair[] = [];
    source.onChange((pair) => heard.push(pair));
    source.onChange((pair) => deaf.push(pair))();
    await source.look();
    expect(source.state().sha256).toBe(sha256Of(first.pem));
    await put(second);
    await source.look();
    await source.look();
    expect(source.state()).toMatchObject({ sha256: sha256Of(second.pem), refused: null });
    expect(source.state().notAfterMs - NOW_MS).toBeGreaterThan(19 * DAY_MS);
    expect(heard.map(({ cert }) => cert)).toEqual([second.pem]);
    expect(deaf).toEqual([]);
    expect(lines.map((line) => JSON.parse(line).event)).toEqual(['tls.renewed']);
  });

  it('are judged at once when the station is told to reload: what does not fit then is told', async () => {
    const [first, second] = [await makeTlsPair(home.path, { stem: 'first' }), await makeTlsPair(home.path, { stem: 'second' })];
    await put(first);
    const source = await opened();
    await put({ ...second, key: first.key });
    await source.reload();
    expect(source.state()).toMatchObject({ sha256: sha256Of(first.pem), refused: { code: 'tls-unusable' } });
    await put(second);
    await source.reload();
    expect(source.state()).toMatchObject({ sha256: sha256Of(second.pem), refused: null });
  });

  it('are taken over where a link is turned to another directory, as renewal programs do', async () => {
    for (const stem of ['one', 'two']) {
      const pair = await makeTlsPair(home.path, { stem });
      await mkdir(join(home.path, `dir-${stem}`));
      await rename(pair.certificate, join(home.path, `dir-${stem}/tls.crt`));
      await rename(pair.key, join(home.path, `dir-${stem}/tls.key`));
    }
    await symlink('dir-one', join(home.path, 'live'));
    place = { certificate: join(home.path, 'live/tls.crt'), key: join(home.path, 'live/tls.key') };
    const source = await opened();
    const before = source.state().sha256;
    await symlink('dir-two', join(home.path, 'live.new'));
    await rename(join(home.path, 'live.new'), join(home.path, 'live'));
    await source.look();
    expect(source.state().sha256).not.toBe(before);
  });

  it.each([
    [
      'a key of another certificate',
      async () => copyFile((await makeTlsPair(home.path, { stem: 'other' })).key, place.key),
      'tls-mismatch',
    ],
    ['a certificate cut short', async () => truncate(place.certificate, 200), 'tls-mismatch'],
    ['an empty key', async () => truncate(place.key, 0), 'tls-mismatch'],
    ['a file that is gone', async () => rm(place.certificate), 'tls-not-found'],
    ['a file far too large', async () => writeFile(place.key, Buffer.alloc(300 * 1024)), 'tls-too-large'],
  ])('stay as they were where the files have %s: told at the second look, in force again when mended', async (_, spoil, code) => {
    const good = await makeTlsPair(home.path);
    await put(good);
    const source = await opened();
    await spoil();
    await source.look();
    // One file of the two may have been written first.
    expect([source.state().refused, lines]).toEqual([null, []]);
    await source.look();
    await source.look();
    expect(source.state()).toMatchObject({ sha256: sha256Of(good.pem), refused: { code: 'tls-unusable', params: { why: { code } } } });
    expect(source.pair().cert).toBe(good.pem);
    expect(lines.map((line) => JSON.parse(line).event)).toEqual(['tls.refused']);
    const renewed = await makeTlsPair(home.path, { stem: 'renewed' });
    await put(renewed);
    await source.look();
    expect(source.state()).toMatchObject({ sha256: sha256Of(renewed.pem), refused: null });
  });

  it('stay as they were where the new certificate has ended; at a start such a one is used, because footage must be taken in', async () => {
    await put(await makeTlsPair(home.path, { stem: 'long', days: 900 }));
    const source = await opened();
    const before = source.state().sha256;
    await put(await makeTlsPair(home.path, { stem: 'short', days: 1 }));
    nowMs = NOW_MS + 2 * DAY_MS;
    await source.look();
    await source.look();
    expect(source.state()).toMatchObject({ sha256: before, refused: { params: { why: { code: 'tls-ended' } } } });
    source.stop();
    expect((await opened()).state().sha256).not.toBe(before);
  });

  it('stop a start if they cannot be used, with the name of the file', async () => {
    await expect(opened()).rejects.toMatchObject({ code: 'config.invalid', detail: expect.stringContaining('in-force.crt') });
    const [one, two] = [await makeTlsPair(home.path, { stem: 'one' }), await makeTlsPair(home.path, { stem: 'two' })];
    await put({ certificate: one.certificate, key: two.key });
    await expect(opened()).rejects.toMatchObject({ code: 'config.invalid', detail: expect.stringContaining('no pair') });
  });
});
