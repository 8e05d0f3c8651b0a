/*
 * Goal: what the READMEs tell people to type works, in the order in which it stands there, in both languages.
 * Method: every ```sh block is run by bash, but for the two commands that install packages (scripts/up has a test of its own,
 * scripts/test is what runs this one), with the tour's directory moved to one of the test's own.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ROOT, runProgram, temporaryDirectory } from '../support/evidock.ts';

const cleanups: (() => Promise<void>)[] = [];

function shellOf(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(/```sh\n([\s\S]*?)```/g)]
    .flatMap((block) => (block[1] ?? '').split('\n'))
    .filter((line) => line.trim() !== '' && !/^scripts\/(up|test)\b/.test(line));
}

describe('README', () => {
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0)) await cleanup();
  });

  it('has the same commands in both languages, and opens with the two', () => {
    expect(shellOf('README.zh-CN.md')).toEqual(shellOf('README.md'));
    const first = /```sh\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, 'README.md'), 'utf8'))?.[1] ?? '';
    expect(first.split('\n').map((line) => line.split(/\s/)[0])).toEqual(['scripts/up', 'scripts/test', '']);
  });

  it('can be followed from top to bottom', async () => {
    const home = await temporaryDirectory();
    cleanups.push(home.remove);
    const script = shellOf('README.md').join('\n').replaceAll('./var/tour', home.path);
    const outcome = await runProgram('bash', ['-euxo', 'pipefail', '-c', script], { timeoutMs: 900_000 });
    expect(outcome.status, outcome.stderr.slice(-4000)).toBe(0);
    const probe = await runProgram('ffprobe', [
      '-v',
      'error',
      '-show_entries',
      'format=duration',
      '-of',
      'csv=p=0',
      join(home.path, 'clip.mp4'),
    ]);
    expect(Number(probe.stdout)).toBeGreaterThan(0.5);
  }, 990_000);

  it('points to files that exist', () => {
    for (const file of ['README.md', 'README.zh-CN.md', 'docs/design.md']) {
      const text = readFileSync(join(ROOT, file), 'utf8');
      for (const [, target] of text.matchAll(/\]\(([^)#:]+)\)/g)) {
        expect(() => readFileSync(join(ROOT, file, '..', target ?? ''), { flag: 'r' }), `${file} → ${target}`).not.toThrow(/ENOENT/);
      }
    }
  });
});
