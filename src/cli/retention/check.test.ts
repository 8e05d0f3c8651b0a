/* Goal: whoever writes a schedule can check it on any machine: no station is asked or opened. Method: the command line over files, and the stations that it asked for. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandLine } from '#test/support/station/command-line';

const shipped = (name: string) => fileURLToPath(new URL(`../../../config/retention/${name}.yaml`, import.meta.url));
let cli: CommandLine;
let home: string;

beforeAll(async () => {
  cli = await CommandLine.open();
  home = await mkdtemp(join(tmpdir(), 'schedule-'));
});
afterAll(async () => {
  await cli.close();
  await rm(home, { recursive: true });
});

const check = (...argv: readonly string[]) => cli.run(['retention', 'check', ...argv]);

describe('evidock retention check', () => {
  it('tells the rules that count for the agency, in both languages', async () => {
    const english = await check(shipped('china'), '--lang', 'en');
    expect([english.status, english.err]).toEqual([0, '']);
    expect(english.out).toMatch(/^six-months +docked +P6M +proposed +found$/m);
    expect(english.out).toMatch(/^evidence +never +permanent +handed over +found$/m);
    expect(english.out).toContain('Not for this agency: shandong, market-supervision, transport, urban-management, emergency-management');
    expect((await check(shipped('china'), '--lang', 'zh-CN')).out).toMatch(/^six-months +入站 +P6M +提请销毁 +已查到$/m);
  });

  it('names the rules whose source is missing', async () => {
    const file = join(home, 'transport.yaml');
    const text = await readFile(shipped('china'), 'utf8');
    await writeFile(file, text.replace('sectors: [police], region: CN }', 'sectors: [transport], region: CN-37 }'));
    const { status, out } = await check(file, '--lang', 'en');
    expect([status, out]).toEqual([0, expect.stringContaining('Kept without end until its source is found: shandong, transport\n')]);
    expect(out).not.toMatch(/^evidence/m);
  });

  it('prints the schedule as JSON, with terms as they are written', async () => {
    const { rules, agency } = JSON.parse((await check(shipped('us'), '--json')).out) as {
      rules: { id: string; minimum: string; maximum: string; ofAgency: boolean }[];
      agency: object;
    };
    expect(agency).toEqual({ sectors: ['police'], region: 'US-IL' });
    expect(rules.map(({ id, minimum, maximum, ofAgency }) => [id, minimum, maximum, ofAgency])).toEqual([
      ['ninety-days', 'P90D', null, true],
      ['destroyed-unless-flagged', null, 'P120D', true],
      ['flagged', 'P2Y', null, true],
      ['proceedings', 'P2Y', null, true],
    ]);
  });

  it('tells the faults of a file, and a file that is not there', async () => {
    const file = join(home, 'bad.yaml');
    await writeFile(file, 'format: evidock-retention/1\nrules: []\n');
    const bad = await check(file, '--lang', 'en');
    expect([bad.status, bad.out]).toEqual([1, '']);
    expect(bad.err).toContain('agency is missing');
    const gone = await check(join(home, 'gone.yaml'), '--lang', 'zh-CN');
    expect([gone.status, gone.err]).toEqual([1, expect.stringContaining('ENOENT')]);
  });

  it('asks for no station', () => expect(cli.connected).toEqual([]));
});
