/*
 * Goal: the rules of an installed station name a slot hub by both its names, where it has two, so that a USB 3 recorder is tagged and a keyboard
 * behind the other name is ignored; and what was added, or could not be found out, is said. Method: the generator as scripts/install calls it, over a fake /sys.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DRIVERS } from '#drivers';
import { accessRules, slotRules, vendorsOf } from '#scripts/udev-rules';
import { ROOT, runProgram, temporaryDirectory } from '../support/evidock.ts';
import { UsbTree } from '../support/usb/tree.ts';

let home: Awaited<ReturnType<typeof temporaryDirectory>>;
let tree: UsbTree;

beforeEach(async () => {
  home = await temporaryDirectory();
  tree = await UsbTree.make();
});
afterEach(async () => {
  await tree.remove();
  await home.remove();
});

const hub = (port: string, number: number, peer?: string) =>
  tree.plug({ port, number, ids: '0bda:5411', deviceClass: '09', interfaces: ['090000'], ...(peer ? { peer } : {}) });

async function generate(hubs: readonly string[]) {
  const into = join(home.path, 'rules.d');
  const config = join(home.path, 'station.yaml');
  await mkdir(into, { recursive: true });
  await writeFile(config, `dock:\n  hubs: ${JSON.stringify(hubs)}\n`);
  const script = join(ROOT, 'scripts/generate-udev-rules.ts');
  const { status, stderr } = await runProgram(process.execPath, [script, '--config', config, '--into', into, '--sys', tree.sys]);
  expect(status, stderr).toBe(0);
  const read = (name: string) => readFile(join(into, name), 'utf8');
  const rules = { access: await read('70-evidock.rules'), slots: await read('71-evidock-slots.rules') };
  for (const text of Object.values(rules)) expect(kernelsOf(text)).toEqual(kernelsOf(rules.access));
  const said = stderr.split('\n').filter((line) => line.includes('dock.hubs'));
  return { ...rules, kernels: kernelsOf(rules.access), said };
}

const kernelsOf = (rules: string) => [...rules.matchAll(/KERNELS=="([^"]+)"/g)].map((match) => match[1]);

it('both names of a hub, and of one behind a hub, with a comment and a word on stderr', async () => {
  await hub('1-4', 3, 'usb2-port4');
  await hub('1-4.2', 4, '2-4-port2');
  const { kernels, access, slots, said } = await generate(['1-4', '1-4.2']);
  expect(kernels).toEqual(['1-4.*', '2-4.*', '1-4.2.*', '2-4.2.*']);
  for (const text of [access, slots]) expect(text).toMatch(/^# 1-4 and 2-4 are one: /m);
  expect(said).toEqual([expect.stringContaining('1-4 is also 2-4'), expect.stringContaining('1-4.2 is also 2-4.2')]);
});

it('both buses of a controller, where a bus is named', async () => {
  await tree.rootHub(1, { 1: 'usb2-port1', 2: 'usb2-port2', 3: null });
  const { kernels, said } = await generate(['1']);
  expect(kernels).toEqual(['1-*', '2-*']);
  expect(said).toEqual([expect.stringContaining('1 is also 2')]);
});

it('no name twice: where both are written, or one lies on a bus that is', async () => {
  await hub('1-4', 3, 'usb2-port4');
  await hub('2-4', 3, 'usb1-port4');
  await hub('1-5', 4, 'usb3-port5');
  expect(await generate(['1-4', '2-4', '1-5', '3'])).toMatchObject({
    kernels: ['1-4.*', '2-4.*', '1-5.*', '3-*'],
    said: [expect.stringContaining('/sys does not show 3')],
  });
});

it('the written name alone where it is the only one, or /sys does not tell; the latter is said', async () => {
  await hub('1-4', 3);
  await tree.rootHub(2, { 1: null });
  const { kernels, access, slots, said } = await generate(['1-4', '2', '1-7', '5']);
  expect(kernels).toEqual(['1-4.*', '2-*', '1-7.*', '5-*']);
  expect(said).toEqual(['1-7', '5'].map((name) => expect.stringContaining(`/sys does not show ${name}`)));
  const facts = { hubs: ['1-4', '2', '1-7', '5'], vendors: vendorsOf(DRIVERS) };
  expect({ access, slots }).toEqual({ access: accessRules(facts), slots: slotRules(facts) });
});
