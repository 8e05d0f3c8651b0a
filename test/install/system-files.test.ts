/*
 * Goal: what an installed station is made of is current and well formed: generated rules, units, scripts.
 * Method: rules are made again and compared, systemd's own programs judge the units, scripts are asked for help and refuse wrong use. That
 * it all works together, scripts/lab shows (scenario install).
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DRIVERS } from '#drivers';
import { accessRules, slotRules, vendorsOf } from '#scripts/udev-rules';
import { ROOT, runProgram } from '../support/evidock.ts';

const file = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const vendors = vendorsOf(DRIVERS);

describe('udev rules', () => {
  it('in config/udev are current (node scripts/generate-udev-rules.ts)', () => {
    expect(file('config/udev/70-evidock.rules')).toBe(accessRules({ hubs: [], vendors }));
    expect(file('config/udev/71-evidock-slots.rules.example')).toBe(slotRules({ hubs: ['1-4'], vendors }));
  });

  it('let the station open the recorders of every driver that speaks to them', () => {
    const locked = DRIVERS.flatMap(({ usb = [] }) => usb.filter(({ unlock }) => unlock));
    expect(locked.length).toBeGreaterThan(0);
    for (const { vendorId } of locked) expect(accessRules({ hubs: [], vendors })).toMatch(new RegExp(`idVendor}=="[^"]*${vendorId}`));
  });

  it('end at the hubs: a bus means all its ports, a hub the ports below it', () => {
    const rules = accessRules({ hubs: ['2', '1-4', '3-1.2'], vendors });
    expect(rules).toContain('KERNELS=="2-*"');
    expect(rules).toContain('KERNELS=="1-4.*"');
    expect(rules).toContain('KERNELS=="3-1.2.*"');
    expect(rules).not.toContain('SUBSYSTEMS=="usb", GOTO');
    expect(() => slotRules({ hubs: [], vendors })).toThrow(RangeError);
  });

  it.each([accessRules({ hubs: [], vendors }), accessRules({ hubs: ['1-4'], vendors: [] }), slotRules({ hubs: ['1'], vendors })])(
    'jump only to labels that come later (%#)',
    (rules) => {
      for (const match of rules.matchAll(/GOTO="([a-z_]+)"/g)) {
        const label = rules.indexOf(`LABEL="${match[1]}"`);
        expect(label, match[1]).toBeGreaterThan(match.index);
      }
    },
  );
});

it('the example has each line once that scripts/install writes into the configuration of a new station', () => {
  const lines = file('config/station.example.yaml').split('\n');
  const written = [
    'state: ""',
    'usb: false',
    'mountHelper: ""',
    'report: ""',
    'host: "127.0.0.1"',
    'names: []',
    'certificate: ""',
    'key: ""',
  ];
  for (const line of written) expect(lines.filter((each) => each === `  ${line}`).length, line).toBe(1);
});

describe('units', () => {
  const units = readdirSync(join(ROOT, 'systemd')).filter((name) => /\.(service|socket|timer)$/.test(name));

  it('are all installed and removed', () => {
    for (const script of ['scripts/install', 'scripts/uninstall']) for (const unit of units) expect(file(script)).toContain(unit);
  });

  it('the mount helper runs Node as the station does (docs/decisions/0012)', () => {
    const flagsIn = (text = '') => (text.match(/--[a-z-]+(=\w+)?(?=[ '])/g) ?? []).toSorted();
    const started = file('scripts/evidock')
      .split('\n')
      .filter((line) => /flags='|^exec/.test(line));
    const flags = flagsIn(started.join(' '));
    expect(flags).toContain('--liftoff-only');
    expect(flags).toContain('--max-semi-space-size=4');
    expect(flagsIn(/\/node (--\S+ )+/.exec(file('systemd/evidock-mount.service'))?.[0])).toEqual(flags);
  });

  it('the mount helper has no option that would hide its mounts from the station', () => {
    const unit = file('systemd/evidock-mount.service').replaceAll(/^#.*$/gm, '');
    expect(unit).not.toMatch(
      /^(ProtectSystem|ProtectHome|Private|ProtectKernel|ProtectControl|ProtectProc|ReadOnly|ReadWrite|Inaccessible|TemporaryFile|Bind)/m,
    );
  });

  const analyzed = it.runIf(existsSync('/usr/bin/systemd-analyze'));
  analyzed.each(['evidock', 'evidock-disks'])('%s is exposed to at most 2.0 of 10, as docs/install.md says', async (name) => {
    const outcome = await runProgram('systemd-analyze', ['security', '--offline=true', join(ROOT, `systemd/${name}.service`)]);
    const figure = new RegExp(`exposure level for ${name}\\.service: ([0-9.]+)`).exec(outcome.stdout)?.[1];
    expect(Number(figure), outcome.stderr).toBeLessThanOrEqual(2);
    expect(file('docs/install.md')).toContain(`| \`${name}.service\` | ${figure} |`);
  });

  it('the reader of disks runs Node as the station does, takes no orders and opens no disk for writing', () => {
    const unit = file('systemd/evidock-disks.service').replaceAll(/^#.*$/gm, '');
    expect(unit).toContain(/\/node (--\S+ )+/.exec(file('systemd/evidock-mount.service'))?.[0] ?? 'none');
    expect(unit).not.toMatch(/^(DeviceAllow=.*w|ListenStream|Sockets|LoadCredential|EnvironmentFile)/m);
    expect(unit).toMatch(/^PrivateNetwork=yes$/m);
    expect(unit).toMatch(/^CapabilityBoundingSet=CAP_SYS_RAWIO CAP_SYS_ADMIN$/m);
    expect(file('systemd/tmpfiles.d/evidock.conf')).toMatch(/^d \/run\/evidock\/disks 2750 root evidock -$/m);
  });
});

describe('scripts', () => {
  it.each(['install', 'uninstall', 'up', 'install-deps', 'lab', 'test'])('%s has help, at once', async (name) => {
    for (const option of ['--help', '-h']) {
      const help = await runProgram(join(ROOT, 'scripts', name), [option], { timeoutMs: 5000 });
      expect(help.status).toBe(0);
      expect(help.stdout).toMatch(new RegExp(`^usage: scripts/${name} `, 'm'));
      // The text is cut out of the script's beginning by numbers of lines: `set -euo` without its first two letters would be one too many.
      expect(help.stdout).not.toMatch(/^t -/m);
    }
  });

  it.each(['install', 'uninstall', 'up', 'install-deps'])('%s refuses what it does not know', async (name) => {
    const wrong = await runProgram(join(ROOT, 'scripts', name), ['--bogus']);
    expect(wrong.status).toBe(2);
  });

  it('uninstall deletes nothing for good without an answer', async () => {
    const outcome = await runProgram(join(ROOT, 'scripts/uninstall'), ['--purge']);
    expect(outcome.status).toBe(1);
    expect(outcome.stderr).toMatch(/question|must be root/);
    const half = await runProgram(join(ROOT, 'scripts/uninstall'), ['--yes-delete-all-footage']);
    expect(half.status).toBe(1);
  });
});
