import { readFile } from 'node:fs/promises';

interface MountPoint {
  readonly path: string;
  readonly fileSystem: string;
  /** `/dev/sdb1`, or what a FUSE program calls itself. */
  readonly source: string;
}

/** What is mounted at or below a directory in this process's view, the newest first. */
export async function mountsBelow(directory: string): Promise<readonly MountPoint[]> {
  const table = await readFile('/proc/self/mountinfo', 'utf8');
  const found: MountPoint[] = [];
  for (const line of table.split('\n')) {
    // 36 35 98:0 /root /mount/point options… - type source options: the optional fields end with a lone hyphen.
    const [before, after] = line.split(' - ');
    const path = unescaped(before?.split(' ')[4] ?? '');
    const [fileSystem = '', source = ''] = (after ?? '').split(' ');
    if (path === directory || path.startsWith(`${directory}/`)) found.push({ path, fileSystem, source: unescaped(source) });
  }
  return found.reverse();
}

/** Spaces and the like are written as octal numbers there. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
