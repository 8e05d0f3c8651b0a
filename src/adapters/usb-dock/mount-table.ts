import { readFile } from 'node:fs/promises';

interface MountPoint {
  readonly path: string;
  /** `8:17`; of most FUSE file systems a number that names no disk. */
  readonly device: string;
  readonly fileSystem: string;
  /** `/dev/sdb1`, or what a FUSE program calls itself. */
  readonly source: string;
}

/** What is mounted at or below a directory in this process's view, the newest first. */
export async function mountsBelow(directory: string): Promise<readonly MountPoint[]> {
  return (await mountTable()).filter(({ path }) => path === directory || path.startsWith(`${directory}/`));
}

/** Everything that is mounted, the newest first. */
export async function mountTable(): Promise<readonly MountPoint[]> {
  const table = await readFile('/proc/self/mountinfo', 'utf8');
  const found: MountPoint[] = [];
  for (const line of table.split('\n')) {
    // 36 35 98:0 /root /mount/point options… - type source options: the optional fields end with a lone hyphen.
    const [before, after] = line.split(' - ');
    if (after === undefined) continue;
    const [, , device = '', , path = ''] = before?.split(' ') ?? [];
    const [fileSystem = '', source = ''] = after.split(' ');
    found.push({ path: unescaped(path), device, fileSystem, source: unescaped(source) });
  }
  return found.reverse();
}

/** Spaces and the like are written as octal numbers there. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
