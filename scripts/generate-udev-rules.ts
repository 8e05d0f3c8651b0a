import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readOtherNames } from '#adapters/usb-dock/hub-names';
import { loadConfig } from '#config/load';
import { DRIVERS } from '#drivers';
import { accessRules, slotRules, vendorsOf } from './udev-rules.ts';

/*
 * Without options: the files of config/udev, for a station without named slot hubs and for one with its slots below port 1-4.
 * With --config FILE --into DIR: the files of an installed station. Its hubs are named with their other names, where /sys (or --sys DIR) tells them.
 */

const { values } = parseArgs({
  options: { config: { type: 'string' }, into: { type: 'string' }, sys: { type: 'string', default: '/sys' } },
});
const root = join(import.meta.dirname, '..');
const vendors = vendorsOf(DRIVERS);
if (values.into === undefined) {
  writeFileSync(join(root, 'config/udev/70-evidock.rules'), accessRules({ hubs: [], vendors }));
  writeFileSync(join(root, 'config/udev/71-evidock-slots.rules.example'), slotRules({ hubs: ['1-4'], vendors }));
} else {
  const { config } = loadConfig({ file: values.config ?? null, state: null, env: {}, root });
  const { hubs } = config.dock;
  const otherNames = await readOtherNames(values.sys, hubs);
  for (const hub of hubs) tellNames(hub, otherNames.get(hub) ?? null);
  const facts = { hubs, otherNames, vendors };
  const ignoring = join(values.into, '71-evidock-slots.rules');
  writeFileSync(join(values.into, '70-evidock.rules'), accessRules(facts));
  if (facts.hubs.length > 0) writeFileSync(ignoring, slotRules(facts));
  else rmSync(ignoring, { force: true });
}

/** Tells the administrator, who wrote one name of a hub, which other names the rules have too, or that those could not be found. */
function tellNames(hub: string, others: readonly string[] | null): void {
  if (others === null)
    console.error(
      `  dock.hubs: /sys does not show ${hub}, so its other name (USB 3) is not known and the rules have only ${hub}. Plug it in and run scripts/install again`,
    );
  else if (others.length > 0) console.error(`  dock.hubs: ${hub} is also ${others.join(', ')} (USB 3): the rules have both names`);
}
