import { type FileHandle, open, rm } from 'node:fs/promises';
import { EvidockError, errnoText } from '#domain/errors';
import { because } from '#domain/reason';

/** A new file of the person who runs the command, for an answer that is shown once. */
export interface AnswerFile {
  readonly path: string;
  /** Writes the whole of it, durably. */
  write(text: string): Promise<void>;
  /** A refused request leaves no empty file. */
  remove(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a file that nobody else may read. Throws request.invalid, also where there is one of that name. */
export async function openNew(path: string): Promise<AnswerFile> {
  const handle = await make(path);
  return {
    path,
    write: async (text) => {
      await handle.writeFile(text);
      await handle.sync();
    },
    remove: () => rm(path, { force: true }),
    close: () => handle.close(),
  };
}

async function make(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o600);
  } catch (error) {
    throw new EvidockError('request.invalid', because('cannot-make', { thing: path, errno: errnoText(error) }), error);
  }
}
