/*
 * Goal: for each rule of retention, and each public accident, somebody who asks finds the test that shows it. Method: the table of docs/reliability.md is read; every
 * rule and accident must be in it, and every file and title must be there.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '#test/support/evidock';

const RULES = Array.from({ length: 18 }, (_, n) => String(n + 1));
const ACCIDENTS = [
  ...['Dallas 2021', 'Oakland 2014', 'South Yorkshire 2023', 'UK PNC 2021', 'Greater Manchester 2021', 'Waukesha', 'Albuquerque'],
  ...['Scottsdale 2018', 'Axon'],
];

interface Line {
  readonly of: string;
  readonly file: string;
  readonly title: string;
}

function lines(): readonly Line[] {
  const text = readFileSync(join(ROOT, 'docs/reliability.md'), 'utf8');
  const [, section = ''] = /\n## Rules of retention and what shows each\n([\s\S]*?)\n## /.exec(text) ?? [];
  return section.split('\n').flatMap((line) => {
    const [, of = '', , file = '', title = ''] = line.split('|').map((cell) => cell.trim());
    const [, path] = /^\[([^\]]+)\]\(\.\.\/\1\)$/.exec(file) ?? [];
    return path === undefined ? [] : [{ of, file: path, title }];
  });
}

it('every rule and every accident has a line', () => {
  const named = new Set(lines().map(({ of }) => of));
  expect([...RULES, ...ACCIDENTS].filter((each) => !named.has(each))).toEqual([]);
});

it('every test that is named is there', () => {
  const missing = lines().filter(({ file, title }) => {
    if (title === '' || !existsSync(join(ROOT, file))) return true;
    const text = readFileSync(join(ROOT, file), 'utf8');
    // A title begins after its quote; what a simulation adds, such as a seed, may follow.
    return !["'", '`'].some((quote) => text.includes(`${quote}${title}`));
  });
  expect(missing).toEqual([]);
});
