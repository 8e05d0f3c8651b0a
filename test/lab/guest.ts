import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, cp, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Outcome, runProgram } from '#test/support/evidock';
import { makeExt4, tool } from './disk-image.ts';
import type { ProjectDisks } from './project-disks.ts';
import { Qmp } from './qmp.ts';

export interface GuestOptions {
  /** What build-guest printed. */
  readonly built: string;
  readonly disks: ProjectDisks;
  /** A frozen guest (frozen-guest.ts) that the first start wakes up, in place of a boot. Goes with memory and data disk of the usual sizes only. */
  readonly frozen?: string;
  readonly memoryMiB?: number;
  /** Size of the disk behind /var/lib/evidock; 2 GiB unless told. Small ones play a full station disk. */
  readonly dataBytes?: number;
  /** A screen of 1280 × 800, as QEMU's monitor can take a picture of it. Needs a guest that was built with one. */
  readonly screen?: boolean;
  /** TCP ports of the guest that the host shall reach; `port()` tells where. */
  readonly forward?: readonly number[];
}

/** Without memory protection keys and AVX: with QEMU 7.2's, V8 dies now and then of broken tables of its own. */
export const CPU = 'Westmere';

const SSH_PORT = 22;
const BOOT_MS_MAX = 300_000;
/** A boot takes 20 to 60 s, beside another guest twice that. */
const HUNG_AFTER_MS = 150_000;
const HUNG_BOOTS_MAX = 2;
const SSH_TRY_MS = 45_000;
const STOP_MS_MAX = 90_000;
const COMMAND_MS = 60_000;
/** The checkout and its packages. */
const MOUNTS = 'opt-evidock-node_modules.mount opt-evidock.mount';
const GIB = 1_073_741_824;

class NotUp extends Error {}

/**
 * A Debian machine in QEMU, emulated in software, with a USB bus that recorders are plugged into (plugs.ts) and this checkout at
 * /opt/evidock. Everything it writes lies in a run directory of its own, so several may run. The constructor does nothing but remember.
 */
export class Guest {
  /** Where this checkout lies in the guest; a scenario that moves it says so here. */
  checkout = '/opt/evidock';
  readonly #options: GuestOptions;
  readonly #ports = new Map<number, number>();
  readonly #killAtExit = (): void => this.#killNow();
  #directory: string | undefined;
  #qemu: ChildProcess | undefined;
  #ssh: ChildProcess | undefined;
  #qmp: Qmp | undefined;
  #reached = 0;
  #hungBoots = 0;

  constructor(options: GuestOptions) {
    this.#options = options;
  }

  /** Where the run keeps sockets, changed disks, console.log and qemu.log. */
  get directory(): string {
    if (this.#directory === undefined) throw new Error('the guest was never started');
    return this.#directory;
  }

  /** Where the lab's own programs lie in the guest. */
  get tools(): string {
    return `${this.checkout}/test/lab/in-guest`;
  }

  get qmp(): Qmp {
    if (this.#qmp === undefined) throw new Error('the guest is not running');
    return this.#qmp;
  }

  get running(): boolean {
    return this.#qemu !== undefined && this.#qemu.exitCode === null && this.#qemu.signalCode === null;
  }

  /** Port on the host's loopback behind which the guest's port lies. */
  port(ofGuest: number): number {
    const port = this.#ports.get(ofGuest);
    if (port === undefined) throw new Error(`port ${ofGuest} of the guest is not forwarded`);
    return port;
  }

  /**
   * Boots, and returns when commands can be run. After powerCut or stop the same disks boot again. An emulated boot that hangs without a word, which
   * happens, is made once more: to the disks that is one more power cut.
   */
  async start(): Promise<void> {
    if (this.running) throw new Error('the guest runs already');
    for (;;) {
      // Only the first start: what comes after a power cut or a shutdown is a true boot.
      const frozen = this.#directory === undefined ? this.#options.frozen : undefined;
      if (this.#directory === undefined) await this.#makeDisks();
      const again = this.#hungBoots < HUNG_BOOTS_MAX;
      try {
        return await this.#boot(frozen, again ? HUNG_AFTER_MS : BOOT_MS_MAX);
      } catch (error) {
        if (!again || !(error instanceof NotUp)) throw error;
        this.#hungBoots += 1;
        console.log('  a guest did not come up, and is booted once more');
        // The disks of a machine that was woken up belong to its memory.
        if (frozen !== undefined) await this.forget();
      }
    }
  }

  async #boot(frozen: string | undefined, msMax: number): Promise<void> {
    const incoming = frozen === undefined ? [] : ['-incoming', `exec:zstd -qdc ${join(frozen, 'state')}`];
    const qemu = spawn(
      'setpriv',
      ['--pdeathsig', 'KILL', 'sh', '-c', 'exec "$@" >"$0" 2>&1', join(this.directory, 'qemu.log'), ...this.#command(), ...incoming],
      {
        stdio: 'ignore',
      },
    );
    this.#qemu = qemu;
    process.once('exit', this.#killAtExit);
    // Without QEMU on this machine there is no process, only this event; the wait below then tells.
    qemu.on('error', () => undefined);
    try {
      const end = Date.now() + msMax;
      this.#qmp = await this.#connectQmp(end);
      await this.#readPorts();
      if (frozen !== undefined) await this.#thaw(end);
      await this.#openSsh(end);
      if (frozen !== undefined) await this.sh(`date -s @${Date.now() / 1000} && systemctl start ${MOUNTS}`);
      // A command before the disks of /etc/fstab are mounted would see an empty /opt/evidock.
      const mounted = "awk '{ print $2 }' /etc/fstab | xargs -n 1 mountpoint -q";
      await this.sh(`systemctl is-system-running --wait >/dev/null; ${mounted}`, { timeoutMs: BOOT_MS_MAX });
    } catch (error) {
      const log = await this.#tail();
      await this.powerCut();
      throw new NotUp(`the guest did not come up: ${(error as Error).message}\n${log}`, { cause: error });
    }
  }

  /** Shuts down as an operator would; after 90 s as a power cut would. */
  async stop(): Promise<void> {
    const qemu = this.#qemu;
    if (qemu === undefined || !this.running) return;
    const exited = once(qemu, 'exit', { signal: AbortSignal.timeout(STOP_MS_MAX) });
    // The connection may be cut before the command's status comes back.
    await this.run('systemctl poweroff').catch(() => undefined);
    await exited.catch(() => undefined);
    await this.powerCut();
  }

  /**
   * Writes the running machine into a directory, for guests that are to start as it stands now, and forgets it. Whoever wakes it up brings
   * another checkout, so that its disks are put off before.
   */
  async freeze(directory: string): Promise<void> {
    await this.sh(
      `systemctl stop ${MOUNTS} && sync && echo 3 >/proc/sys/vm/drop_caches && blockdev --flushbufs /dev/disk/by-id/virtio-evd-project`,
    );
    await kill(this.#ssh);
    await this.qmp.execute('migrate-set-parameters', { 'max-bandwidth': 16 * GIB });
    await this.qmp.execute('stop');
    await this.qmp.execute('migrate', { uri: `exec:zstd -q -1 >${join(directory, 'state')}` });
    await this.#waitFor('query-migrate', 'completed', Date.now() + BOOT_MS_MAX);
    // QEMU writes its tables when it ends by itself.
    const exited = this.#qemu === undefined ? undefined : once(this.#qemu, 'exit', { signal: AbortSignal.timeout(STOP_MS_MAX) });
    await this.qmp.execute('quit');
    await exited;
    for (const name of ['root.qcow2', 'data.qcow2']) {
      // Without a backing file that lies in our own directory, which goes away.
      if (name === 'data.qcow2') await tool('qemu-img', ['rebase', '-b', '', join(this.directory, name)]);
      await rename(join(this.directory, name), join(directory, name)).catch(() => cp(join(this.directory, name), join(directory, name)));
    }
    await this.forget();
  }

  /** Kills the machine: what it had not flushed to its disk is lost. */
  async powerCut(): Promise<void> {
    process.off('exit', this.#killAtExit);
    this.#qmp?.close();
    this.#qmp = undefined;
    for (const child of [this.#qemu, this.#ssh]) await kill(child);
    this.#ssh = undefined;
    this.#qemu = undefined;
    if (this.#directory !== undefined) for (const name of ['qmp', 'ssh']) await rm(join(this.#directory, name), { force: true });
  }

  /** Power cut, and the changed disks are thrown away. */
  async forget(): Promise<void> {
    await this.powerCut();
    if (this.#directory !== undefined) await rm(this.#directory, { recursive: true, force: true, maxRetries: 5 });
    this.#directory = undefined;
  }

  /** Runs a bash command as root in the guest; returns what it printed. Throws if it fails or takes longer than told (60 s). */
  async sh(command: string, options: { readonly timeoutMs?: number; readonly stdin?: string } = {}): Promise<string> {
    const outcome = await this.run(command, options);
    if (outcome.status === 0) return outcome.stdout;
    const status =
      outcome.status === 124 ? `took longer than ${(options.timeoutMs ?? COMMAND_MS) / 1000} s` : `ended with ${outcome.status}`;
    throw new Error(`in the guest: ${command}\n${status}: ${outcome.stderr}${outcome.stdout}`);
  }

  /** As `sh`, but a status other than 0 is not an error; 124 means that the time was up, 255 that there is no connection. */
  run(command: string, options: { readonly timeoutMs?: number; readonly stdin?: string } = {}): Promise<Outcome> {
    const timeoutMs = options.timeoutMs ?? COMMAND_MS;
    // Bounded on both sides: a killed ssh alone would leave the command running in the guest.
    const bounded = `timeout -k 2 ${Math.ceil(timeoutMs / 1000)} bash -c ${quote(command)}`;
    const args = [...this.#sshArguments(), 'root@127.0.0.1', bounded];
    return runProgram('ssh', args, {
      timeoutMs: timeoutMs + 10_000,
      ...(options.stdin === undefined ? {} : { stdin: options.stdin }),
    });
  }

  /** Copies a file or directory of the host, holes kept, into a directory of the guest. */
  async copyIn(file: string, directory: string): Promise<void> {
    const args = [dirname(file), basename(file), ...this.#sshArguments(), 'root@127.0.0.1'];
    const unpack = `mkdir -p ${quote(directory)} && tar -x --no-same-owner --no-same-permissions -C ${quote(directory)}`;
    const pipe = 'set -o pipefail; directory=$1 file=$2; shift 2; tar -c -S -C "$directory" "$file" | ssh "$@"';
    const outcome = await runProgram('bash', ['-c', pipe, 'copy-in', ...args, unpack], { timeoutMs: 120_000 });
    if (outcome.status !== 0) throw new Error(`copy of ${file} into the guest: ${outcome.stderr}`);
  }

  /** Makes a unix socket of the guest reachable, until the machine ends; returns the socket on the host. */
  async reach(socketInGuest: string): Promise<string> {
    this.#reached += 1;
    const here = join(this.directory, `reach-${this.#reached}`);
    const args = ['-O', 'forward', '-L', `${here}:${socketInGuest}`, ...this.#sshArguments(), 'root@127.0.0.1'];
    const outcome = await runProgram('ssh', args, { timeoutMs: COMMAND_MS });
    if (outcome.status !== 0) throw new Error(`${socketInGuest} cannot be reached: ${outcome.stderr}`);
    return here;
  }

  /** Runs a command again and again until it succeeds; returns what it printed then, throws with its last words after so many seconds. */
  async waitFor(command: string, seconds: number): Promise<string> {
    const end = Date.now() + seconds * 1000;
    for (;;) {
      const outcome = await this.run(command, { timeoutMs: Math.max(1000, end - Date.now()) });
      if (outcome.status === 0) return outcome.stdout;
      if (Date.now() >= end) {
        throw new Error(`in the guest, not within ${seconds} s: ${command}\n${outcome.stderr}${outcome.stdout}`);
      }
      await sleep(100);
    }
  }

  #command(): string[] {
    const { built, disks, memoryMiB = 2048, forward = [], screen = false } = this.#options;
    const disk = (id: string, file: string, more: string) => [
      '-drive',
      `id=${id},file=${file},if=none,${more}`,
      '-device',
      `virtio-blk-pci,drive=${id},serial=evd-${id}`,
    ];
    const hostPorts = [SSH_PORT, ...forward].map((port) => `,hostfwd=tcp:127.0.0.1:0-:${port}`).join('');
    return [
      'qemu-system-x86_64',
      // KVM is not asked for even where it exists: a lab that behaves the same everywhere is worth more than its speed.
      ...['-accel', 'tcg,thread=multi', '-cpu', CPU, '-machine', 'q35', '-m', `${memoryMiB}`, '-smp', '2'],
      ...['-nodefaults', '-nographic', '-no-reboot', '-kernel', join(built, 'vmlinuz'), '-initrd', join(built, 'initrd')],
      ...['-append', 'console=ttyS0 quiet panic=1 systemd.show_status=0', '-serial', `file:${join(this.directory, 'console.log')}`],
      ...disk('root', join(this.directory, 'root.qcow2'), 'format=qcow2,cache=writeback'),
      ...disk('data', join(this.directory, 'data.qcow2'), 'format=qcow2,cache=writeback'),
      ...disk('project', disks.project, 'format=raw,readonly=on'),
      ...disk('modules', disks.modules, 'format=raw,readonly=on'),
      ...['-device', 'qemu-xhci,id=usb,p2=15,p3=15,addr=0x10', '-device', 'virtio-rng-pci'],
      ...(screen ? ['-device', 'virtio-vga,xres=1280,yres=800', '-device', 'usb-tablet,bus=usb.0,port=15'] : []),
      ...['-nic', `user,model=virtio-net-pci${hostPorts}`, '-qmp', `unix:${join(this.directory, 'qmp')},server=on,wait=off`],
    ];
  }

  async #makeDisks(): Promise<void> {
    this.#directory = await mkdtemp(join(tmpdir(), 'evd-lab-'));
    const overlay = (base: string, name: string, format = 'raw') =>
      tool('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', format, '-b', base, join(this.directory, name)]);
    if (this.#options.frozen !== undefined) {
      for (const name of ['root.qcow2', 'data.qcow2']) await overlay(join(this.#options.frozen, name), name, 'qcow2');
      return;
    }
    await overlay(join(this.#options.built, 'root.ext4'), 'root.qcow2');
    const skeleton = join(this.directory, 'skeleton');
    await mkdir(join(skeleton, 'evidock'), { recursive: true });
    const data = join(this.directory, 'data.ext4');
    await makeExt4(data, { label: 'evd-data', from: skeleton, spareBytes: this.#options.dataBytes ?? 2 * GIB });
    // An overlay, not the raw file: QEMU then holds back its own tables until the guest flushes, as a disk's cache would.
    await overlay(data, 'data.qcow2');
  }

  async #connectQmp(end: number): Promise<Qmp> {
    for (;;) {
      try {
        await access(join(this.directory, 'qmp'));
        return await Qmp.connect(join(this.directory, 'qmp'));
      } catch (error) {
        if (!this.running || Date.now() > end) throw new Error('QEMU did not start', { cause: error });
        await sleep(100);
      }
    }
  }

  async #thaw(end: number): Promise<void> {
    // It was frozen while it stood still, so that it wakes up standing still.
    await this.#waitFor('query-status', 'paused', end);
    await this.qmp.execute('cont');
  }

  async #waitFor(query: string, status: string, end: number): Promise<void> {
    for (;;) {
      const answer = (await this.qmp.execute(query)) as { readonly status?: string; readonly 'error-desc'?: string };
      if (answer.status === status) return;
      if (answer.status === 'failed' || Date.now() > end) throw new Error(`${query}: ${JSON.stringify(answer)}`);
      await sleep(100);
    }
  }

  /** QEMU chose the ports on the host itself (port 0), so that no two guests can want the same. */
  async #readPorts(): Promise<void> {
    const text = String(await this.qmp.execute('human-monitor-command', { 'command-line': 'info usernet' }));
    for (const [, host, guest] of text.matchAll(/TCP\[HOST_FORWARD\]\s+\d+\s+\S+\s+(\d+)\s+\S+\s+(\d+)/g)) {
      this.#ports.set(Number(guest), Number(host));
    }
    this.port(SSH_PORT);
  }

  /** One connection that all commands share: a handshake costs the emulated processor a second. */
  async #openSsh(end: number): Promise<void> {
    for (;;) {
      await kill(this.#ssh);
      await rm(join(this.directory, 'ssh'), { force: true });
      const args = ['--pdeathsig', 'KILL', 'ssh', '-M', '-N', ...this.#sshArguments(), 'root@127.0.0.1'];
      const ssh = spawn('setpriv', args, { stdio: 'ignore' });
      ssh.on('error', () => undefined);
      this.#ssh = ssh;
      // A connection that was begun while the guest set up its network may wait for an answer for ever.
      const tryEnd = Math.min(end, Date.now() + SSH_TRY_MS);
      while (ssh.exitCode === null && ssh.signalCode === null && Date.now() < tryEnd) {
        if ((await this.run('true', { timeoutMs: 5000 })).status === 0) return;
        await sleep(200);
      }
      if (!this.running) throw new Error('QEMU has ended');
      if (Date.now() >= end) throw new Error('no SSH in time');
      await sleep(500);
    }
  }

  #sshArguments(): string[] {
    const options = {
      ControlPath: join(this.directory, 'ssh'),
      StrictHostKeyChecking: 'no',
      UserKnownHostsFile: '/dev/null',
      ConnectTimeout: '10',
      BatchMode: 'yes',
      LogLevel: 'ERROR',
      ServerAliveInterval: '10',
      ServerAliveCountMax: '6',
    };
    const named = Object.entries(options).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
    return ['-F', 'none', '-i', join(this.#options.built, 'key'), '-p', `${this.port(SSH_PORT)}`, ...named];
  }

  async #tail(): Promise<string> {
    const texts = [];
    for (const name of ['qemu.log', 'console.log']) {
      const text = await readFile(join(this.directory, name), 'utf8').catch(() => '');
      texts.push(...text.trimEnd().split('\n').slice(-10));
    }
    return texts.join('\n');
  }

  #killNow(): void {
    for (const child of [this.#ssh, this.#qemu]) child?.kill('SIGKILL');
  }
}

/** Kills one child that we started, and waits until it is gone. */
async function kill(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit', { signal: AbortSignal.timeout(10_000) });
  child.kill('SIGKILL');
  await exited;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
