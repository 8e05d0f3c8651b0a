import { readYaml } from '#desk/data-file/read-yaml';
import { because, type Reason } from '#domain/reason';
import type { RetentionSchedule } from '#domain/retention/schedule';
import { type ScheduleFault, scheduleFaults } from '#domain/retention/schedule-faults';
import { scheduleOf } from '#domain/retention/schedule-of';
import { SCHEDULE_BYTES_MAX, ScheduleFileSchema } from '#domain/retention/schedule-schema';

/** Reads a retention schedule. Throws config.invalid with every fault, each with its line, its place in the file and what would be right. `file`: its name for people. */
export function readSchedule(text: string, version: number, file: string): RetentionSchedule {
  const { value, refusal } = readYaml(text, { schema: ScheduleFileSchema, bytesMax: SCHEDULE_BYTES_MAX, file });
  const { schedule, unreadable } = scheduleOf(value, version);
  const terms = unreadable.map(({ place, field, text: written }) => ({
    path: ['rules', place, field],
    why: because('term-unreadable', { value: written }),
  }));
  // What a rule with an unreadable term lacks is told when the term can be read.
  if (terms.length > 0) throw refusal(terms);
  const faults = scheduleFaults(schedule);
  if (faults.length > 0) throw refusal(faults.map((fault) => ({ path: fault.path, why: reasonOfFault(fault) })));
  return schedule;
}

function reasonOfFault({ code, rule }: ScheduleFault): Reason {
  return because(`schedule-${code}`, { rule });
}
