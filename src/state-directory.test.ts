/* Shows which directories cannot hold the state of a station, that each is refused at once and in words, and that the others are made. */
import { chmod, mkdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram, temporaryDirectory } from '../test/support/evidock.ts';
import { makeStateDirectory } from './state-directory.ts';

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
const at = (...parts: string[]) => join(home.path, ...parts);
beforeAll(async () => {
  home = await temporaryDirectory();
  await writeFile(at('file'), 'x');
  await symlink(at('gone'), at('dangling'));
  await symlink('loop', at('loop'));
  await symlink('/proc', at('to-proc'));
  await mkdir(at('there'));
  await symlink(at('there'), at('link'));
});
afterAll(() => home.remove());

describe('the state directory', () => {
  it.each([
    ['/proc/x', 'the kernel keeps nothing there (proc)'],
    ['/proc/self/x/y', 'the kernel keeps nothing there (proc)'],
    ['/proc', 'the kernel keeps nothing there (proc)'],
    ['/sys/x', 'the kernel keeps nothing there (sysfs)'],
    ['/sys/fs/cgroup/x', 'the kernel keeps nothing there ('],
    ['/dev/x/y', 'the kernel keeps nothing there (dev)'],
    ['/dev', 'the kernel keeps nothing there (dev)'],
    ['/dev/null/x', '/dev/null is a file'],
    ['HOME/to-proc/x', 'the kernel keeps nothing there (proc)'],
    ['HOME/file', '/file is a file'],
    ['HOME/file/x/y', '/file is a file'],
    ['HOME/dangling', '/dangling is a link to what is not there'],
    ['HOME/dangling/x', '/dangling is a link to what is not there'],
    ['HOME/loop/x', ' is a link that leads back to itself'],
    [`HOME/${'n'.repeat(300)}`, 'the name is too long'],
  ])('is not %s', { timeout: 5000 }, async (path, why) => {
    const refused = makeStateDirectory(path.replace('HOME', home.path));
    await expect(refused).rejects.toMatchObject({ code: 'config.invalid', detail: expect.stringContaining(why) });
  });

  it.each(['new', 'a/b/c', 'there', 'there/x', 'link/y', 'link'])('is made, or taken, as %s', async (path) => {
    await makeStateDirectory(at(path));
    await makeStateDirectory(at(path));
    expect((await stat(at(path))).isDirectory()).toBe(true);
  });

  it.runIf(process.getuid?.() === 0)('is not where somebody may not write', async () => {
    await mkdir(at('closed'), { mode: 0o555 });
    await chmod(home.path, 0o755);
    const program = `import { makeStateDirectory } from './src/state-directory.ts'; makeStateDirectory(process.argv[1]).catch((e) => console.log(e.detail))`;
    const args = ['--reuid', '65534', '--regid', '65534', '--clear-groups', process.execPath, '--input-type=module', '-e', program];
    const { stdout, stderr } = await runProgram('setpriv', [...args, at('closed', 'x')]);
    expect(stdout, stderr).toContain(`no permission to write in ${at('closed')}`);
  });
});
