/* Goal: what the storage lists below a recording is judged by version, and nothing that may still be on its way is called wrong. Method: lists by hand. */
import { describe, expect, it } from 'vitest';
import type { Copy } from '#domain/recording';
import { aCopy } from '#test/support/builders';
import { judgeGroup, manifestBeside } from './compare-group.ts';

const ID = 'rec-a';
const KEY = '2026/06/20/rec-a/original-0001.mp4';
const FACTS = '2026/06/20/rec-a/facts.json';
const MANIFEST = manifestBeside(KEY);
const original = aCopy(
  { id: 'org-a', recordingId: ID, vaultKey: KEY, bytes: 10 },
  { where: 's3', versionId: 'v1', manifestVersionId: 'm1' },
);
const entry = (key: string, versionId: string, more: { bytes?: number; isNewest?: boolean; isMarker?: boolean } = {}) => ({
  ...{ key, versionId, bytes: 10, isNewest: true, isMarker: false },
  ...more,
});
const whole = [entry(MANIFEST, 'm1', { bytes: 3 }), entry(KEY, 'v1')];
const judge = (
  entries: readonly ReturnType<typeof entry>[],
  more: { copies?: readonly Copy[]; known?: boolean; moving?: boolean } = {},
) => {
  const judged = judgeGroup({ recordingId: ID, copies: [original], entries, known: true, moving: false, ...more });
  return [...judged.findings, ...judged.gone.map(({ finding }) => finding)]
    .map(({ kind, key, versionId }) => `${kind} ${key} ${versionId}`)
    .sort();
};

describe('a recording in the archive', () => {
  it('is as it should be with original and manifest', () => {
    expect(judge(whole)).toEqual([]);
    expect(judgeGroup({ recordingId: ID, copies: [original], entries: whole, known: true, moving: false })).toMatchObject({
      expected: 2,
      found: 2,
    });
  });

  it('has a manifest that goes with its original, whatever its name ends with', () => {
    expect(manifestBeside('a/original-0012.jpeg')).toBe('a/original-0012.manifest.json');
    expect(judge([entry(KEY, 'v1')])).toEqual([`missing ${MANIFEST} m1`]);
  });

  it.each<[string, ReturnType<typeof entry>[], string[]]>([
    ['hidden', [entry(KEY, 'd', { isMarker: true }), entry(KEY, 'v1', { isNewest: false })], [`hidden ${KEY} d`]],
    ['overwritten', [entry(KEY, 'x'), entry(KEY, 'v1', { isNewest: false })], [`overwritten ${KEY} x`]],
    ['gone by version', [entry(KEY, 'x')], [`missing ${KEY} v1`]],
    ['hidden and gone', [entry(KEY, 'd', { isMarker: true })], [`hidden ${KEY} d`, `missing ${KEY} v1`]],
    ['a marker with its version', [entry(KEY, 'v1', { isMarker: true })], [`hidden ${KEY} v1`, `missing ${KEY} v1`]],
    ['of another size', [entry(KEY, 'v1', { bytes: 9 })], [`size ${KEY} v1`]],
    ['under older versions of strangers', [entry(KEY, 'v1'), entry(KEY, 'o', { isNewest: false })], []],
    ['beside a stranger', [entry(KEY, 'v1'), entry(`${KEY}.x`, 's')], [`foreign ${KEY}.x s`]],
    ['beside a stranger that is hidden', [entry(KEY, 'v1'), entry(`${KEY}.x`, 's', { isMarker: true })], []],
  ])('%s', (_, entries, expected) => {
    expect(judge([entry(MANIFEST, 'm1'), ...entries])).toEqual(expected);
  });

  it('without versions is compared by what is newest', () => {
    const copies = [{ ...original, versionId: null, manifestVersionId: null }];
    expect(judge([entry(MANIFEST, ''), entry(KEY, '')], { copies })).toEqual([]);
    expect(judge([entry(MANIFEST, '')], { copies })).toEqual([`missing ${KEY} `]);
    expect(judge([entry(MANIFEST, ''), entry(KEY, '', { bytes: 1 })], { copies })).toEqual([`size ${KEY} `]);
  });

  it('on its way there may have newer and unknown objects of ours; what is gone or hidden is told all the same', () => {
    const newer = [...whole.slice(0, 1), entry(KEY, 'x'), entry(KEY, 'v1', { isNewest: false }), entry(FACTS, 'f')];
    expect(judge(newer)).toEqual([`foreign ${FACTS} f`, `overwritten ${KEY} x`]);
    expect(judge(newer, { moving: true })).toEqual([]);
    expect(judge([], { moving: true })).toEqual([`missing ${KEY} v1`, `missing ${MANIFEST} m1`].sort());
    expect(
      judge([...whole.slice(0, 1), entry(KEY, 'd', { isMarker: true }), entry(KEY, 'v1', { isNewest: false })], { moving: true }),
    ).toEqual([`hidden ${KEY} d`]);
  });

  it('keeps derivatives of earlier runs, but an unknown recording has none', () => {
    const old = entry('2026/06/20/rec-a/derived/1/playable.mp4', 'p');
    expect(judge([...whole, old])).toEqual([]);
    expect(judge([old], { copies: [], known: false })).toEqual([`foreign ${old.key} p`]);
  });
});
