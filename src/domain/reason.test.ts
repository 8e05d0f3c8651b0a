import { expect, it } from 'vitest';
import { EvidockError, said } from './errors.ts';
import { because, english, isSameReason, reasonOf, together } from './reason.ts';

it('texts and lists of a reason are bounded, whoever wrote them', () => {
  const long = because('said', { text: 'x'.repeat(5000) });
  expect(String(long.params['text'])).toHaveLength(1001);
  const many = because('columns-missing', { names: Array.from({ length: 500 }, (_, n) => `c${n}`) });
  expect(many.params['names']).toHaveLength(100);
});

it('what a thrown value says is the reason of a failure of ours, else its words', () => {
  const reason = because('no-recording', { recording: 'rec-1' });
  expect(said(new EvidockError('request.not-found', reason))).toBe(reason);
  expect(said(new Error('EPIPE'))).toEqual({ code: 'said', params: { text: 'EPIPE' } });
  expect(said(7)).toEqual({ code: 'said', params: { text: '7' } });
});

it.each([
  ['an old sentence', 'a pipe', 'a pipe'],
  ['nothing', null, 'null'],
  ['an object of another form', { code: 'x' }, '{"code":"x"}'],
])('what comes from elsewhere and is no reason is told as words: %s', (_what, value, text) => {
  expect(reasonOf(value)).toEqual({ code: 'words', params: { text } });
});

it('a reason that was kept as JSON is the same reason', () => {
  const reason = because('not-imported', { why: because('no-rows', {}) });
  const kept = reasonOf(JSON.parse(JSON.stringify(reason)));
  expect(isSameReason(kept, reason)).toBe(true);
  expect(isSameReason(kept, because('no-rows', {}))).toBe(false);
  expect(english(kept)).toBe('nothing was imported: the file has no rows');
});

it('several reasons become one, and one stays itself', () => {
  const one = because('no-rows', {});
  expect(together([one])).toBe(one);
  expect(english(together([one, one]))).toBe('the file has no rows; the file has no rows');
});
