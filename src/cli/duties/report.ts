import type { Command } from 'commander';
import type { DutyReportAnswer } from '#api/retention/duty-report';
import { saveReport } from '#cli/access/reports';
import { ask } from '#cli/client';
import type { Shell } from '#cli/command';
import { timeText } from '#cli/table';
import { word } from '#cli/words';

const FIGURES = ['opened', 'metInTime', 'metLate', 'acknowledged', 'open', 'pastDue'] as const;

interface ReportOptions {
  readonly month: string;
  readonly out?: string;
  readonly to?: string;
}

/** The monthly report: shown here, or as PDF. */
export function addDutyReport(group: Command, shell: Shell): void {
  const { say } = shell;
  shell
    .add(group, 'report', say('duties.report.about'), 'duties report --month 2026-06 --out june.pdf')
    .requiredOption('--month <month>', say('duties.opt.month'))
    .option('-o, --out <file>', say('duties.opt.out'))
    .option('--to <words>', say('report.to'))
    .action(async ({ month, out, to }: ReportOptions, command: Command) => {
      const path = `/reports/duties/${encodeURIComponent(month)}`;
      if (out !== undefined) return saveReport(shell, command, { report: 'duties', path: `${path}/pdf`, of: month, out, to });
      const globals = shell.globals(command);
      const report = await shell.withStation(globals, (client) => ask<DutyReportAnswer>(client, 'GET', path));
      if (globals.json) return shell.printJson(report);
      show(shell, report);
    });
}

function show(shell: Shell, { month, rows, total, acknowledgements, acknowledgementsCount }: DutyReportAnswer): void {
  const { say } = shell;
  shell.print(say('duty-report.title', { month }));
  const figuresOf = (figures: DutyReportAnswer['total']) => FIGURES.map((name) => String(figures[name]));
  const figures = FIGURES.map((name) => ({ title: say(`duty-report.${name}`), right: true }));
  shell.table(
    [{ title: say('column.kind') }, { title: say('column.unit') }, ...figures],
    [
      ...rows.map((row) => [word(say, 'duty-kind', row.kind), row.unitName ?? say('duty-report.all-units'), ...figuresOf(row)]),
      [say('duty-report.total'), '', ...figuresOf(total)],
    ],
  );
  if (acknowledgementsCount === 0) return;
  shell.print(`\n${say('duty-report.acknowledgements', { count: acknowledgementsCount })}`);
  shell.table(
    (['id', 'kind', 'duty-by', 'time', 'duty-until', 'duty-reason'] as const).map((title) => ({ title: say(`column.${title}`) })),
    acknowledgements.map(({ duty, kind, by, at, until, reason }) => [
      ...[duty, kind === null ? '' : word(say, 'duty-kind', kind), by, timeText(at)],
      ...[until === null ? say('duty-report.for-good') : timeText(until), reason ?? '—'],
    ]),
  );
  if (acknowledgementsCount > acknowledgements.length)
    shell.note(say('duty-report.acknowledgements-first', { count: acknowledgements.length }));
}
