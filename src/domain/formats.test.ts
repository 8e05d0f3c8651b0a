/*
 * Goal: what others keep and check for decades (ids, keys, canonical JSON, manifests) never changes its form unnoticed.
 * Method: golden values.
 */
import { describe, expect, it } from 'vitest';
import { type Manifest, manifestBytes } from '#domain/vault/manifest';
import { derivativeKey, isVaultKey, manifestKey, originalKey } from '#domain/vault/vault-key';
import { canonicalBytes } from './canonical-json.ts';
import { idTimeMs, newId } from './ids.ts';

const AT = Date.UTC(2026, 10, 24, 8, 30, 15, 250);
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe('canonical JSON', () => {
  it('sorts by UTF-16 units, writes numbers as ECMAScript does, escapes only what must be (RFC 8785 §3.2)', () => {
    const value = {
      '€': 1,
      '\r': 2,
      '1': 3,
      '\ud83d\ude00': 4,
      ö: 5,
      numbers: [1 / 3, 1e30, 4.5, 2e-3, 1e-27],
      s: '\u20ac$\u000f\nA\'"/',
    };
    expect(text(canonicalBytes(value))).toBe(
      '{"\\r":2,"1":3,"numbers":[0.3333333333333333,1e+30,4.5,0.002,1e-27],"s":"€$\\u000f\\nA\'\\"/","ö":5,"€":1,"😀":4}',
    );
  });

  it('refuses what JSON cannot say', () => {
    expect(() => canonicalBytes({ a: Number.NaN })).toThrow();
    expect(() => canonicalBytes({ a: Number.POSITIVE_INFINITY })).toThrow();
  });
});

describe('ids and keys', () => {
  it('carry their time, sort by it, and never repeat', () => {
    const id = newId('rec', AT, 'station1');
    expect(id).toMatch(/^rec-[0-9a-z]{10}-station1-[0-9a-z]{10}$/);
    expect(idTimeMs(id)).toBe(AT);
    expect(newId('rec', AT + 1, 'station1') > id).toBe(true);
    expect(new Set(Array.from({ length: 1000 }, () => newId('org', AT, 'station1'))).size).toBe(1000);
    for (const bad of ['', 'rec-', `${id}x`, id.toUpperCase(), '../../etc/passwd']) expect(idTimeMs(bad)).toBeNaN();
  });

  it('lie in the day of the recording, without anything from the card but a short extension', () => {
    const id = 'rec-01khd9qb1y-station1-0123456789';
    const prefix = `${new Date(idTimeMs(id)).toISOString().slice(0, 10).replaceAll('-', '/')}/${id}`;
    expect(originalKey(id, 1, 'DCIM/../A.MP4')).toBe(`${prefix}/original-0001.mp4`);
    expect(originalKey(id, 12, 'no extension')).toBe(`${prefix}/original-0012.bin`);
    expect(originalKey(id, 1, 'a.\u202egpm')).toBe(`${prefix}/original-0001.bin`);
    expect(manifestKey(id, 2)).toBe(`${prefix}/original-0002.manifest.json`);
    for (const key of [originalKey(id, 1, 'x.mp4'), manifestKey(id, 1), derivativeKey(id, 1, 'contact-sheet.jpg')])
      expect(isVaultKey(key)).toBe(true);
  });

  it.each(['', '/a', 'a/../b', '.hidden', 'a//b', 'A', 'a/', 'a b', 'a\0b', '..', 'a'.repeat(201)])('refuses the key %j', (key) => {
    expect(isVaultKey(key)).toBe(false);
  });
});

describe('manifests', () => {
  it('have the bytes of version 3', () => {
    const manifest: Manifest = {
      station: { id: 'station1', name: '一号站' },
      software: { name: 'evidock', version: '0.1.0' },
      recorder: { serial: 'DSJ0012345', vendorId: '4255', productId: '0001' },
      driver: { id: 'gat947', score: 95 },
      docking: { id: 'dck-1', slot: 3, port: '1-4.2', arrivedAt: '2026-11-24T08:30:15.250Z' },
      recording: {
        id: 'rec-1',
        kind: 'video',
        important: true,
        officerId: '041234',
        officerSource: 'file-name',
        claimedStart: '2026-11-24T15:30:12',
        claimedFrom: 'file-name',
        startClaims: [
          {
            source: 'file-name',
            reading: 'wall-clock',
            written: '2026-11-24T15:30:12',
            until: null,
            durationMs: 60_000,
            start: '2026-11-24T07:30:10.500Z',
            verdict: 'used',
            why: null,
          },
        ],
        timezone: 'Asia/Shanghai',
        start: '2026-11-24T07:30:10.500Z',
        clockOffsetMs: -1500,
        originalCount: 1,
      },
      original: {
        id: 'org-1',
        index: 1,
        role: 'segment',
        kind: 'video',
        cardPath: 'DCIM/A.MP4',
        mtime: null,
        bytes: 1_000_000,
        digests: { sha256: 'a'.repeat(64), sm3: null },
        unreadable: [{ start: 4096, end: 8192 }],
        sourceReread: 'nocache',
        vaultKey: '2026/11/24/rec-1/original-0001.mp4',
        duplicateOf: null,
        copiedAt: '2026-11-24T08:30:16.000Z',
        sealedAt: '2026-11-24T08:30:17.000Z',
        reread: 'direct',
      },
    };
    expect(text(manifestBytes(manifest))).toBe(
      `{"docking":{"arrivedAt":"2026-11-24T08:30:15.250Z","id":"dck-1","port":"1-4.2","slot":3},"driver":{"id":"gat947","score":95},"original":{"bytes":1000000,"cardPath":"DCIM/A.MP4","copiedAt":"2026-11-24T08:30:16.000Z","digests":{"sha256":"${'a'.repeat(64)}","sm3":null},"duplicateOf":null,"id":"org-1","index":1,"kind":"video","mtime":null,"reread":"direct","role":"segment","sealedAt":"2026-11-24T08:30:17.000Z","sourceReread":"nocache","unreadable":[{"end":8192,"start":4096}],"vaultKey":"2026/11/24/rec-1/original-0001.mp4"},"recorder":{"productId":"0001","serial":"DSJ0012345","vendorId":"4255"},"recording":{"claimedFrom":"file-name","claimedStart":"2026-11-24T15:30:12","clockOffsetMs":-1500,"id":"rec-1","important":true,"kind":"video","officerId":"041234","officerSource":"file-name","originalCount":1,"start":"2026-11-24T07:30:10.500Z","startClaims":[{"durationMs":60000,"reading":"wall-clock","source":"file-name","start":"2026-11-24T07:30:10.500Z","until":null,"verdict":"used","why":null,"written":"2026-11-24T15:30:12"}],"timezone":"Asia/Shanghai"},"software":{"name":"evidock","version":"0.1.0"},"station":{"id":"station1","name":"一号站"},"type":"evidock.manifest","v":3}\n`,
    );
  });
});
