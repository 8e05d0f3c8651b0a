import type { Command } from 'commander';
import type { Shell } from '#cli/command';
import { addCheck } from './check.ts';

/** Commands about how long recordings are kept. */
export function addRetention(program: Command, shell: Shell): void {
  const retention = shell.group(program, 'retention', shell.say('retention.about'));
  addCheck(retention, shell);
}
