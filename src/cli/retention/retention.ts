import type { Command } from 'commander';
import type { Shell } from '#cli/command';
import { addCheck } from './check.ts';
import { addCorrections } from './corrections.ts';
import { addSchedules } from './schedules.ts';
import { addTerms } from './terms.ts';

/** Commands about how long recordings are kept. */
export function addRetention(program: Command, shell: Shell): void {
  const retention = shell.group(program, 'retention', shell.say('retention.about'));
  addTerms(retention, shell);
  addSchedules(retention, shell);
  addCorrections(retention, shell);
  addCheck(retention, shell);
}
