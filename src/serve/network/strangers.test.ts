/* Goal: which hosts and origins are the station's own, in whatever form they are written. `network.test.ts` shows the same rules over a real listener. */
import { expect, it } from 'vitest';
import { EvidockError } from '#domain/errors';
import type { Caller } from './caller.ts';
import { Strangers } from './strangers.ts';

const strangers = new Strangers(['station.example', '2001:db8:0:0::1', '192.0.2.7']);

/** Why it is refused; null: it is let through. */
function refusal({ host = 'station.example', scheme = 'https', method = 'GET', kind = 'query', ...headers }: Record<string, string>) {
  const caller: Caller = { address: '203.0.113.7', scheme: scheme as Caller['scheme'], hosts: [host], isHere: false };
  try {
    strangers.refuse(caller, { method, headers, rawHeaders: ['Host', host], kind });
    return null;
  } catch (error) {
    if (error instanceof EvidockError) return error.reason.code;
    throw error;
  }
}

it.each([
  ['STATION.example', null],
  ['station.example.', null],
  ['station.example:8470', null],
  ['[2001:DB8::1]:8470', null],
  ['[2001:db8:0000::0:1]', null],
  ['192.0.2.7:443', null],
  ['[2001:db8::2]', 'host-unknown'],
  ['2001:db8::1', 'host-unknown'],
  ['192.0.2.8', 'host-unknown'],
  ['station.example.evil.example', 'host-unknown'],
  ['', 'host-unknown'],
  ['station.example:0', 'host-port'],
  ['station.example:65535', null],
  ['station.example:65536', 'host-port'],
])('host %s: %s', (host, why) => {
  expect(refusal({ host })).toBe(why);
});

it.each([
  ['https://station.example', null],
  ['https://STATION.example:443', null],
  ['http://station.example', 'origin-refused'],
  // A URL of a document's own data has the origin of that document by the URL standard, but no browser sends it as one.
  ['blob:https://station.example/0', 'origin-refused'],
  ['null', 'origin-refused'],
  ['', 'origin-refused'],
  ['https://', 'origin-refused'],
  ['station.example', 'origin-refused'],
])('origin %s: %s', (origin, why) => {
  expect(refusal({ origin, method: 'POST' })).toBe(why);
});

it.each([
  ['GET', 'query', null],
  ['HEAD', 'query', 'other-site'],
  ['OPTIONS', 'query', 'other-site'],
  ['GET', 'footage', 'other-site'],
  ['GET', 'events', 'other-site'],
])('a person who is led here by another site, %s of %s: %s', (method, kind, why) => {
  expect(refusal({ method, kind, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' })).toBe(why);
});
