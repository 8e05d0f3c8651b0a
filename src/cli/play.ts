import { createHash } from 'node:crypto';
import { link, open, rename, rm, stat } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { errnoOf } from '#domain/errno';
import { EvidockError, errnoText } from '#domain/errors';
import { because } from '#domain/reason';
import { DERIVATIVE_KINDS } from '#domain/recording';
import { bytesText } from '#messages/figures';
import { askStream, type StreamedAnswer } from './client.ts';
import { type Shell, UsageError, wholeNumber } from './command.ts';
import { Progress, Rate } from './progress.ts';
import { durationText } from './table.ts';
import { word } from './words.ts';

interface Options {
  readonly out: string;
  readonly from?: 'vault' | 'archive';
  readonly original?: number;
  readonly derivative?: string;
  readonly force?: boolean;
}

export function addPlay(program: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(program, 'play <id>', say('play.about'), 'play rec-01jy… --out clip.mp4 --from archive')
    .requiredOption('-o, --out <file>', say('play.opt.out'))
    .addOption(new Option('--from <place>', say('play.opt.from')).choices(['vault', 'archive']))
    .option('--original <n>', say('play.opt.original'), wholeNumber(1, 100_000))
    .addOption(new Option('--derivative <kind>', say('play.opt.derivative')).choices(DERIVATIVE_KINDS))
    .option('-f, --force', say('play.opt.force'))
    .action(async (id: string, options: Options, command: Command) => {
      const globals = shell.globals(command);
      if (options.original !== undefined && options.derivative !== undefined) throw new UsageError('--original, --derivative');
      const file = shell.path(options.out);
      if (!options.force && (await exists(file))) throw new EvidockError('request.conflict', because('exists-force', { file }));
      await shell.withStation(globals, async (client) => {
        const from = options.from ?? 'vault';
        const answer = await askStream(client, 'GET', pathOf(id, options), { query: { from } });
        const { bytes, sha256 } = await save(shell, answer, file, { force: options.force ?? false, silent: globals.json });
        if (globals.json) shell.printJson({ file, bytes, sha256, from });
        else shell.done(say('play.saved', { file, bytes: bytesText(bytes), from: word(say, 'place', from), sha256 }));
      });
    });
}

function pathOf(id: string, { original, derivative }: Options): string {
  const recording = `/recordings/${encodeURIComponent(id)}`;
  if (original !== undefined) return `${recording}/originals/${original}`;
  return derivative === undefined ? `${recording}/playback` : `${recording}/derivatives/${derivative}`;
}

async function exists(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Writes a file beside the wanted one, compares it with the digest in the ledger, and only then gives it its name. */
async function save(
  shell: Shell,
  { headers, body }: StreamedAnswer,
  file: string,
  options: { force: boolean; silent: boolean },
): Promise<{ bytes: number; sha256: string }> {
  const { say } = shell;
  const expected = { bytes: Number(headers['content-length']), sha256: String(headers['x-evidock-sha256']) };
  const partial = `${file}.partial`;
  const progress = new Progress({ shell, silent: options.silent });
  try {
    const { bytes, sha256 } = await write(body, partial, expected.bytes, progress, shell);
    if (bytes !== expected.bytes)
      throw new EvidockError('vault.mismatch', because('file-short', { file, found: bytes, bytes: expected.bytes }));
    if (sha256 !== expected.sha256)
      throw new EvidockError('vault.mismatch', because('file-differs', { file, found: sha256, sha256: expected.sha256 }));
    if (options.force) await rename(partial, file);
    else await nameOnce(partial, file, say('play.exists', { file }));
    return { bytes, sha256 };
  } catch (error) {
    await rm(partial, { force: true });
    if (errnoOf(error) === undefined || error instanceof EvidockError) throw error;
    throw new EvidockError('request.invalid', because('thing-errno', { thing: file, errno: errnoText(error) }), error);
  } finally {
    progress.end();
  }
}

async function write(
  body: AsyncIterable<Uint8Array>,
  partial: string,
  total: number,
  progress: Progress,
  shell: Shell,
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  const rate = new Rate();
  let bytes = 0;
  const handle = await open(partial, 'w', 0o640);
  try {
    for await (const chunk of body) {
      hash.update(chunk);
      await handle.writeFile(chunk);
      bytes += chunk.length;
      const { perSecond, leftMs } = rate.of(bytes, total);
      const figures = { bytes: bytesText(bytes), total: bytesText(total), rate: bytesText(perSecond), left: durationText(leftMs) };
      progress.show(bytes, total, shell.say('play.progress', figures));
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** Gives a file its name. Does not replace a file that has appeared under the name meanwhile. */
async function nameOnce(partial: string, file: string, taken: string): Promise<void> {
  try {
    await link(partial, file);
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') throw new EvidockError('request.conflict', because('exists-force', { file: taken }), error);
    // The file system has no links, like that of a USB stick for the court.
    if (!['EPERM', 'ENOTSUP', 'EMLINK', 'ENOSYS'].includes(errnoOf(error) ?? '')) throw error;
    await rename(partial, file);
    return;
  }
  await rm(partial);
}
