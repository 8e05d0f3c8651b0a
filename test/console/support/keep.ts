import { rmSync, writeFileSync } from 'node:fs';
import { startConsoleStation } from './station.ts';

/*
 * Starts the station of the pages' tests and keeps it until it is stopped, for whoever works on pages (docs/console.md).
 * usage: node test/console/support/keep.ts FILE
 */

const [file = ''] = process.argv.slice(2);
if (file === '') throw new Error('usage: node test/console/support/keep.ts FILE');
const { station, stop } = await startConsoleStation();
writeFileSync(file, JSON.stringify(station));
console.log(`${station.address} as demo-auditor, ${station.passwords.auditor}`);
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    rmSync(file, { force: true });
    void stop().then(() => process.exit(0));
  });
