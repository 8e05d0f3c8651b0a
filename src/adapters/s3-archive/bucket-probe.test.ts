/* Goal: a lifecycle rule that could delete an object of the station, or an earlier version of one, is told from those that cannot. Method: rules as S3 gives them. */
import { describe, expect, it } from 'vitest';
import { lifecycleOf } from './bucket-probe.ts';

type Rule = NonNullable<Parameters<typeof lifecycleOf>[0]>[number];
const rule = (more: Partial<Rule>): Rule => ({ Status: 'Enabled', Filter: { Prefix: '' }, ...more });

describe('lifecycle rules', () => {
  it.each<[string, Rule[], ReturnType<typeof lifecycleOf>]>([
    ['none', [], 'none'],
    ['one that ends uploads', [rule({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 3 } })], 'harmless'],
    ['one that is switched off', [rule({ Status: 'Disabled', Expiration: { Days: 1 } })], 'harmless'],
    ['one that moves to another class', [rule({ Transitions: [{ Days: 1, StorageClass: 'GLACIER' }] })], 'harmless'],
    ['days', [rule({ Expiration: { Days: 3650 } })], 'expires'],
    ['a date', [rule({ Expiration: { Date: new Date(0) } })], 'expires'],
    ['earlier versions', [rule({ NoncurrentVersionExpiration: { NoncurrentDays: 1 } })], 'expires'],
    ['all earlier versions but some', [rule({ NoncurrentVersionExpiration: { NewerNoncurrentVersions: 2 } })], 'expires'],
    ['only markers without versions', [rule({ Expiration: { ExpiredObjectDeleteMarker: true } })], 'harmless'],
    ['of our own prefix', [rule({ Filter: { Prefix: 'lw/' }, Expiration: { Days: 1 } })], 'expires'],
    ['of a prefix above ours', [rule({ Filter: { Prefix: 'l' }, Expiration: { Days: 1 } })], 'expires'],
    ['of a prefix below ours', [rule({ Filter: { Prefix: 'lw/2026/' }, Expiration: { Days: 1 } })], 'expires'],
    ['of a prefix in the old place', [rule({ Filter: undefined, Prefix: 'lw/', Expiration: { Days: 1 } })], 'expires'],
    [
      'of a prefix and a tag, which anybody can set',
      [rule({ Filter: { And: { Prefix: 'lw/', Tags: [] } }, Expiration: { Days: 1 } })],
      'expires',
    ],
    ['of a tag', [rule({ Filter: { Tag: { Key: 'a', Value: 'b' } }, Expiration: { Days: 1 } })], 'expires'],
    ['of others', [rule({ Filter: { Prefix: 'logs/' }, Expiration: { Days: 1 } })], 'harmless'],
    [
      'of others and of all',
      [rule({ Filter: { Prefix: 'logs/' }, Expiration: { Days: 1 } }), rule({ Expiration: { Days: 1 } })],
      'expires',
    ],
  ])('%s', (_, rules, told) => {
    expect(lifecycleOf(rules, 'lw/')).toBe(told);
  });
});
