import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadConfig } from '#config/load';
import { DRIVERS } from '#drivers';
import { accessRules, slotRules, vendorsOf } from './udev-rules.ts';

/*
 * Without options: the files of config/udev, for a station without named slot hubs and for one with its slots below port 1-4.
 * With --config FILE --into DIR: the files of an installed station.
 */

const { values } = parseArgs({ options: { config: { type: 'string' }, into: { type: 'string' } } });
const root = join(import.meta.dirname, '..');
const vendors = vendorsOf(DRIVERS);
if (values.into === undefined) {
  writeFileSync(join(root, 'config/udev/70-evidock.rules'), accessRules({ hubs: [], vendors }));
  writeFileSync(join(root, 'config/udev/71-evidock-slots.rules.example'), slotRules({ hubs: ['1-4'], vendors }));
} else {
  const { config } = loadConfig({ file: values.config ?? null, state: null, env: {}, root });
  const facts = { hubs: config.dock.hubs, vendors };
  const ignoring = join(values.into, '71-evidock-slots.rules');
  writeFileSync(join(values.into, '70-evidock.rules'), accessRules(facts));
  if (facts.hubs.length > 0) writeFileSync(ignoring, slotRules(facts));
  else rmSync(ignoring, { force: true });
}
