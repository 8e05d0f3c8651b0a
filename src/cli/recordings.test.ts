/*
 * Goal: recordings are listed, shown, saved and verified as the ledger names them, in forms for people and for scripts.
 * Method: the whole command line in this process over a real ledger and vault.
 */
import { randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandLine } from '#test/support/station/command-line';

let cli: CommandLine;
const content = randomBytes(70_000);
let id: string;

beforeAll(async () => {
  cli = await CommandLine.open();
  ({ id } = await cli.station.addRecording(content));
  await cli.station.addRecording(randomBytes(10), { recorderSerial: 'R\u202e2', officerId: null, important: true });
});

afterAll(() => cli.close());

describe('recordings', () => {
  it('prints one array with --json, and an empty one', async () => {
    const found = await cli.json(['recordings']);
    expect(found.map((recording: { id: string }) => recording.id)).toContain(id);
    expect(found).toHaveLength(2);
    expect(await cli.json(['recordings', '--recorder', 'nobody'])).toEqual([]);
    expect(await cli.json(['recordings', '--limit', '1'])).toHaveLength(1);
  });

  it('goes on after a full page of the API', async () => {
    const asked: unknown[] = [];
    const first = Array.from({ length: 1000 }, (_, n) => ({ id: `rec-${n}` }));
    const pages = [
      { items: first, next: 'on' },
      { items: [{ id: 'rec-last' }], next: null },
    ];
    const client = {
      request: async (_method: string, _path: string, question: { query: { cursor?: string } }) => {
        asked.push(question.query.cursor);
        return { status: 200, json: pages[asked.length - 1] };
      },
      close: async () => undefined,
    };
    const found = await cli.through(client, () => cli.json(['recordings']));
    expect(found).toHaveLength(1001);
    expect(asked).toEqual([undefined, 'on']);
  });

  it('prints a table with local times and without what a terminal would obey', async () => {
    const { out, err } = await cli.run(['recordings']);
    expect(out).toMatch(/^ID +Start +Length +Kind +Recorder +Officer +State +Cases +Marks\n/);
    expect(out).toMatch(new RegExp(`${id} +2026-06-20 15:00:00 +1:00 +video +DSJ0012345 +041234 +ready +playable`));
    expect(out).toContain('R\\u{202e}2');
    expect(err).toBe('2 recordings.\n');
    expect((await cli.run(['recordings', '--case', 'none'])).err).toBe('No recordings match.\n');
    expect((await cli.run(['recordings', '--limit', '1'])).err).toMatch(/There are more/);
  });

  it('tells the whole history in words', async () => {
    await cli.run(['officer', 'add', '009', '--name', 'Wang']);
    await cli.run(['case', 'add', 'A-1', '--title', 'Stalls']);
    expect((await cli.run(['tag', id, '--case', 'A-1', '--officer', '009'])).out).toBe(`${id}: cases A-1; officer 009; category none\n`);
    const { out } = await cli.run(['recording', id]);
    expect(out).toMatch(/cli:wang +tagged: cases — → A-1, officer 041234 → 009/);
    expect(out).toMatch(/station +an original was sealed after being read back: SHA-256 [0-9a-f]{64}/);
    const { custody } = (await cli.json(['recording', id])) as { custody: { type: string }[] };
    expect(custody.slice(-3).map(({ type }) => type)).toEqual(['original.sealed', 'recording.derived', 'recording.tagged']);
  });

  it('tells from when on what was known, of recordings and cases, in both languages', async () => {
    const { out } = await cli.run(['recording', id, '--history']);
    expect(out).toMatch(/station +officer +041234/);
    expect(out).toMatch(/cli:wang +officer +009/);
    expect(out).toMatch(/cli:wang +case A-1 +yes/);
    expect((await cli.run(['recording', id, '--history', '--lang', 'zh-CN'])).out).toMatch(/cli:wang +案件 A-1 +是/);
    expect((await cli.run(['case', 'show', 'A-1', '--history'])).out).toMatch(/cli:wang +stage +filing/);
    const { facts } = (await cli.json(['recording', id, '--history'])) as { facts: { name: string; value: unknown }[] };
    expect(facts.at(-1)).toMatchObject({ name: 'officer', value: '009' });
    expect((await cli.run(['recording', id])).out).not.toContain('case A-1 ');
  });
});

describe('play', () => {
  it('saves what the ledger names, says so, and leaves nothing half done', async () => {
    const { status, out } = await cli.run(['play', id, '--original', '1', '--out', 'film.mp4']);
    expect(status).toBe(0);
    expect(out).toMatch(/film\.mp4: 68\.4 KiB from vault, SHA-256 [0-9a-f]{64} as in the ledger/);
    expect(Buffer.compare(await readFile(join(cli.station.directory, 'film.mp4')), content)).toBe(0);
    const again = await cli.run(['play', id, '--original', '1', '--out', 'film.mp4']);
    expect(again.status).toBe(1);
    expect(again.err).toContain('--force');
    expect((await cli.run(['play', id, '--out', 'film.mp4', '--force'])).status).toBe(0);
    expect((await readFile(join(cli.station.directory, 'film.mp4'))).toString().startsWith('playable ')).toBe(true);
  });

  it('keeps nothing when the bytes are not those of the ledger', async () => {
    const other = await cli.station.addRecording(Buffer.from('as it was'));
    await writeFile(join(cli.station.directory, 'vault', other.key), 'as it ist');
    const { status, err } = await cli.run(['play', other.id, '--original', '1', '--out', 'wrong.mp4']);
    expect(status).toBe(1);
    expect(err).toMatch(/received SHA-256 [0-9a-f]{64}, the ledger names/);
    expect((await readdir(cli.station.directory)).filter((name) => name.startsWith('wrong'))).toEqual([]);
    await writeFile(join(cli.station.directory, 'vault', other.key), 'as it was');
  });

  it('keeps nothing when the answer breaks off', async () => {
    const client = {
      stream: async () => ({
        status: 200,
        headers: { 'content-length': '100', 'x-evidock-sha256': 'f'.repeat(64) },
        body: [Buffer.from('half')],
      }),
      close: async () => undefined,
    };
    const { status, err } = await cli.through(client, () => cli.run(['play', id, '--out', 'half.mp4']));
    expect(status).toBe(1);
    expect(err).toContain('received 4 of 100 bytes');
    expect((await readdir(cli.station.directory)).filter((name) => name.startsWith('half'))).toEqual([]);
  });
});

describe('verify', () => {
  it('ends with 0 when nothing differs, with 1 and the name of what does', async () => {
    expect((await cli.run(['verify'])).out).toMatch(/^Everything is as it was sealed: \d files in the vault, 0 in the archive/);
    const { id: victim, key } = await cli.station.addRecording(Buffer.from('untouched'));
    await writeFile(join(cli.station.directory, 'vault', key), 'UNTOUCHED');
    const { status, out } = await cli.run(['verify', '--vault']);
    expect(status).toBe(1);
    expect(out).toMatch(new RegExp(`^DIFFERS vault ${victim} ${key}: `, 'm'));
    expect(out).toMatch(/1 difference found/);
    const asJson = await cli.run(['--json', 'verify']);
    expect(asJson.status).toBe(1);
    expect(JSON.parse(asJson.out).faults).toMatchObject([{ recordingId: victim, key }]);
    await writeFile(join(cli.station.directory, 'vault', key), 'untouched');
    expect((await cli.run(['verify', '--archive'])).status).toBe(1);
  });
});

it('a state is asked for by the word that is shown for it', async () => {
  const cli = await CommandLine.open();
  try {
    const { id } = await cli.station.addRecording(Buffer.from('footage'));
    expect((await cli.run(['recordings', '--state', 'ready', '--lang', 'en'])).out).toMatch(new RegExp(`${id}.* ready`));
    expect((await cli.json(['recordings', '--state', 'ready'])).map((each: { id: string }) => each.id)).toEqual([id]);
    expect(await cli.json(['recordings', '--state', 'sealed'])).toEqual([]);
    expect((await cli.run(['recordings', '--state', 'done'])).status).toBe(2);
  } finally {
    await cli.close();
  }
});
