import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '#domain/errno';

/** What udev found out about a block device. */
export interface UdevFacts {
  readonly idPath: string | null;
  readonly serialShort: string | null;
}

/** Whether udev runs here at all. */
export async function hasUdev(run: string): Promise<boolean> {
  try {
    await access(join(run, 'udev/data'));
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** What udev has on record of a device number (`8:17`); null: it has not worked through its rules yet. */
export async function readUdev(run: string, number: string): Promise<UdevFacts | null> {
  let text: string;
  try {
    text = await readFile(join(run, 'udev/data', `b${number}`), 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
  const told = new Map(
    text.split('\n').flatMap((line) => {
      const match = /^E:([A-Z0-9_]+)=(.*)$/.exec(line);
      return match ? [[match[1] ?? '', match[2] ?? ''] as const] : [];
    }),
  );
  return { idPath: told.get('ID_PATH') || null, serialShort: told.get('ID_SERIAL_SHORT') || told.get('ID_USB_SERIAL_SHORT') || null };
}
