/*
 * Goal: a cookie of the station is read by no script, goes to no other host, and is not mistaken for one that somebody else has put into the browser.
 */
import type { FastifyReply } from 'fastify';
import { describe, expect, it } from 'vitest';
import { COOKIES, type CookieName, Cookies } from './cookies.ts';

const NAMES = Object.keys(COOKIES) as CookieName[];
const of = (protocol: 'http' | 'https', cookie?: string) => new Cookies({ protocol, headers: cookie === undefined ? {} : { cookie } });

function sent(cookies: Cookies): string[] {
  const headers: string[] = [];
  cookies.send({ header: (name: string, value: string) => name === 'set-cookie' && headers.push(value) } as unknown as FastifyReply);
  return headers;
}

describe('a cookie', () => {
  it.each(NAMES)('%s is found by its name alone, whatever stands around it', (name) => {
    const { name: text } = COOKIES[name];
    expect(of('http', `a=b; ${text}=value;c=d`).get(name)).toBe('value');
    for (const other of [`x${text}=value`, `${text}x=value`, `a=${text}=value`, `${text.toUpperCase()}=value`, `${text}=`, text])
      expect(of('http', other).get(name), other).toBeUndefined();
    expect(of('http').get(name)).toBeUndefined();
  });

  it.each(NAMES)('%s that is there twice is not believed', (name) => {
    const { name: text } = COOKIES[name];
    expect(of('http', `${text}=mine; ${text}=theirs`).get(name)).toBeUndefined();
  });

  it.each(NAMES)('%s counts under TLS only with the prefix that no other page can set', (name) => {
    const { name: text } = COOKIES[name];
    expect(of('https', `${text}=value`).get(name)).toBeUndefined();
    expect(of('https', `__Host-${text}=value; ${text}=other`).get(name)).toBe('value');
    expect(of('http', `__Host-${text}=value`).get(name)).toBeUndefined();
  });

  it.each(NAMES)('%s is set for this host, hidden from scripts, and secure under TLS', (name) => {
    const http = of('http');
    http.set(name, 'v', 60);
    const { name: text, sameSite } = COOKIES[name];
    expect(sent(http)).toEqual([`${text}=v; Path=/; HttpOnly; SameSite=${sameSite}; Max-Age=60`]);
    const https = of('https');
    https.set(name, 'v', null);
    expect(sent(https)).toEqual([`__Host-${text}=v; Path=/; HttpOnly; SameSite=${sameSite}; Secure`]);
  });

  it('that is cleared is forgotten at once, also where it was set before', () => {
    const cookies = of('http');
    cookies.set('visit', 'v', 60);
    cookies.clear('visit');
    expect(sent(cookies)).toEqual(['evidock_visit=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0']);
  });

  it('never has a value that could be read as something else', () => {
    for (const value of ['', 'a b', 'a;b', 'a\r\nset-cookie: x=y', 'é', 'x'.repeat(4001)])
      expect(() => of('http').set('session', value, 1), value).toThrow(TypeError);
  });
});

it('those that must arrive with a link or from the provider are Lax, all others Strict', () => {
  expect(NAMES.filter((name) => COOKIES[name].sameSite === 'Lax')).toEqual(['session', 'oidc']);
});
