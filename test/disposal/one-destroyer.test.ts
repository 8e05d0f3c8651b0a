/*
 * Goal: exactly one function in the code destroys a copy of an original. Method: every file of the station is parsed; whatever removes, renames or cuts a file,
 * deletes an object or aborts an upload has to stand on a short list with the reason why no original goes by it. What is on the list and not in the code is told too.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'oxc-parser';
import { expect, it } from 'vitest';
import { ROOT } from '#test/support/evidock';

const REMOVERS = ['unlink', 'unlinkSync', 'rm', 'rmSync', 'rename', 'renameSync', 'truncate', 'truncateSync', 'ftruncate', 'ftruncateSync'];
const COMMANDS = [
  'DeleteObjectCommand',
  'DeleteObjectsCommand',
  'AbortMultipartUploadCommand',
  'DeleteBucketCommand',
  'PutBucketLifecycleConfigurationCommand',
];

/** Why no copy of a sealed original goes by the calls of this file. */
const ALLOWED: Readonly<Record<string, string>> = {
  'src/adapters/disk/original-eraser.ts': 'THE eraser of a disk; only destroyCopy calls it (below)',
  'src/adapters/s3-archive/s3-eraser.ts': 'THE eraser of a bucket; only destroyCopy calls it (below)',
  'src/adapters/disk/disk-vault.ts':
    'quarantine keeps the bytes, and only steps/set-aside.ts calls it (below), which asks for a proof where the original is sealed',
  'src/adapters/disk/disk-archive.ts': 'sets aside what is in the way and keeps its bytes; removes drafts (.partial) and its probe',
  'src/adapters/disk/adopt-file.ts': 'derivatives alone: its callers check the key',
  'src/adapters/disk/direct-writes.ts': 'a probe file of its own',
  'src/adapters/disk/local-scratch.ts': 'scratch directories',
  'src/adapters/disk/vault-drafts.ts': 'an open draft that is begun anew',
  'src/adapters/disk/vault-sweep.ts': 'drafts of earlier processes: names that end in .partial, which no sealed original has',
  'src/adapters/durable-file.ts': 'drafts; replace and removeDurably are for the log, heads and facts (below)',
  'src/adapters/s3-archive/uploader.ts': 'unfinished uploads of its own',
  'src/adapters/s3-archive/s3-archive.ts': 'pieces of the custody log; unfinished uploads that nobody goes on with',
  'src/adapters/s3-archive/versions.ts': 'older versions of pieces of the custody log',
  'src/adapters/s3-archive/probe.ts': 'probe objects',
  'src/adapters/s3-archive/lock-probe.ts': 'probe objects',
  'src/adapters/directory-dock/directory-access.ts': 'the wipe of a recorder, and its clock file: the card, not a copy',
  'src/adapters/bullmq-queue/private-redis.ts': 'socket and pid of Redis',
  'src/adapters/ffmpeg/combing.ts': 'scratch',
  'src/adapters/ffmpeg/joined.ts': 'scratch',
  'src/adapters/ffmpeg/photos.ts': 'scratch',
  'src/adapters/ffmpeg/playable.ts': 'scratch',
  'src/adapters/ffmpeg/ffmpeg-transcoder.ts': 'scratch',
  'src/adapters/sqlite-ledger/upkeep.ts': 'an unfinished backup of the ledger',
  'src/adapters/sqlite-ledger/replay/replay.ts': 'files of a replay',
  'src/adapters/station-gate/remote-vault.ts': 'copies in the scratch of a worker',
  'src/serve/server.ts': 'the control socket',
  'src/station/worker-door.ts': 'certificates of the door of workers',
  'src/cli/play.ts': 'a file of the person who runs the command',
  'src/cli/access/answer-file.ts': 'a file of the person who runs the command',
  'src/cli/access/reports.ts': 'a file of the person who runs the command',
  'src/cli/retention/disposal.ts': 'a file of the person who runs the command',
  'src/sample-card/make-card.ts': 'a card that it has made',
  'src/sample-card/media.ts': 'a card that it has made',
};

/** Calls of methods by name, and the only files in which they may stand. */
const ONLY_IN: Readonly<Record<string, readonly string[]>> = {
  erase: ['src/steps/destroy-copy.ts'],
  // The vault of eviction hands the call on to the vault of the disk.
  quarantine: ['src/evict/evictable-vault.ts', 'src/steps/set-aside.ts'],
  // The file of another name takes the place of one: facts, heads and pieces of the log. No original has a second version.
  replace: ['src/adapters/durable-file.ts', 'src/adapters/disk/disk-archive.ts'],
};

interface Found {
  readonly file: string;
  readonly name: string;
  readonly kind: 'call' | 'method' | 'command';
}

function callsIn(file: string): readonly Found[] {
  const found: Found[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) for (const each of node) visit(each);
    if (typeof node !== 'object' || node === null || Array.isArray(node)) return;
    const { type, callee } = node as {
      type?: string;
      callee?: { type?: string; name?: string; property?: { name?: string }; object?: { type?: string } };
    };
    if (type === 'CallExpression' && callee?.type === 'Identifier' && REMOVERS.includes(callee.name ?? ''))
      found.push({ file, name: callee.name ?? '', kind: 'call' });
    if (type === 'CallExpression' && callee?.type === 'MemberExpression') {
      const name = callee.property?.name ?? '';
      // `fs.unlink(…)`, `handle.truncate(…)`
      if (REMOVERS.includes(name)) found.push({ file, name, kind: 'call' });
      if (Object.hasOwn(ONLY_IN, name)) found.push({ file, name, kind: 'method' });
    }
    if (type === 'NewExpression' && COMMANDS.includes(callee?.name ?? '')) found.push({ file, name: callee?.name ?? '', kind: 'command' });
    for (const value of Object.values(node)) visit(value);
  };
  visit(parseSync(file, readFileSync(join(ROOT, file), 'utf8')).program);
  return found;
}

const files = ['src', 'drivers'].flatMap((room) =>
  readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map((path) => join(room, path)),
);
const found = files.flatMap(callsIn);
const textOf = (file: string) => readFileSync(join(ROOT, file), 'utf8');

it('nothing removes, renames or deletes but what is on the list, and the list has nothing that is not there', () => {
  const removing = new Set(found.filter(({ kind }) => kind !== 'method').map(({ file }) => file));
  expect([...removing].filter((file) => !Object.hasOwn(ALLOWED, file))).toEqual([]);
  expect(Object.keys(ALLOWED).filter((file) => !removing.has(file))).toEqual([]);
});

it('only destroyCopy erases, and only setAside sets aside', () => {
  for (const name of ['erase', 'quarantine'] as const) {
    const callers = found.filter((each) => each.kind === 'method' && each.name === name).map(({ file }) => file);
    expect([...new Set(callers)], name).toEqual(ONLY_IN[name]);
  }
  // `replace` of a text is another method: the files are read for the one of DurableFile.
  const replacing = files.filter((file) => /\bfile\.replace\(\)/.test(textOf(file)));
  expect(replacing.sort()).toEqual([...(ONLY_IN['replace'] ?? [])].sort());
});

// In the settings of ffmpeg `rm` is the format RealMedia; a draft calls one of its steps `truncate`.
it('no text of the code calls a program that removes files', () => {
  const running = files.filter((file) =>
    /['"`](?:\/bin\/|\/usr\/bin\/)?(?:rm|unlink|shred|truncate|wipefs|mkfs[.\w]*)['"`]/.test(textOf(file)),
  );
  expect(running.filter((file) => !['src/adapters/ffmpeg/settings.ts', 'src/adapters/durable-file.ts'].includes(file))).toEqual([]);
});

it('a proof is made in one file, and proofs are made for destroyCopy alone', () => {
  const makers = /\b(?:evictionProof|disposalProof)\(/;
  const making = files.filter((file) => makers.test(textOf(file)));
  expect(making).toContain('src/domain/destruction/proof.ts');
  for (const file of making) {
    if (file === 'src/domain/destruction/proof.ts') continue;
    expect(textOf(file), file).toMatch(/\bdestroyCopy\(/);
  }
  const casting = files.filter((file) => /as (?:unknown as )?(?:Eviction|Disposal|Destruction|Corruption)Proof\b/.test(textOf(file)));
  expect(casting).toEqual([]);
});
