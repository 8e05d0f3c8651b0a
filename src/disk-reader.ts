import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { writeReport } from '#adapters/machine/disk-report';
import { askDisks } from '#adapters/machine/disks';
import { asEvidockError } from '#domain/errors';
import { disksAsked } from '#events';

/*
 * The reader of disks: asks each disk of the machine how it is, and writes the answers down for the station, which has no right to ask. systemd runs it every hour
 * (systemd/evidock-disks.service). It takes no orders and judges nothing: nobody who has taken over the station reaches it.
 */

const { values } = parseArgs({
  options: {
    report: { type: 'string', default: '/run/evidock/disks/report.json' },
    // The rest is for tests, which bring their own little world.
    smartctl: { type: 'string', default: 'smartctl' },
    sys: { type: 'string', default: '/sys' },
    dev: { type: 'string', default: '/dev' },
  },
});
const log = pino({ base: null }, pino.destination({ fd: 2, sync: true }));
try {
  const { report, smartctl: program, sys, dev } = values;
  const disks = await askDisks({ program, sys, dev });
  await writeReport(report, Date.now(), disks);
  disksAsked(log, { disks: disks.length, answered: disks.filter(({ answer }) => 'status' in answer).length }, null);
} catch (error) {
  disksAsked(log, { disks: 0, answered: 0 }, asEvidockError(error));
  process.exitCode = 1;
}
