import { type DiskState, listOf, type MachineState } from '#domain/machine/machine';
import type { DutyKind, DutySubject, FoundDuty } from './duty.ts';
import { duty } from './rules.ts';

/** From when on something of the machine is a duty. */
export interface MachineLimits {
  readonly wearPercent: number;
  /** A disk that will be full within this time. */
  readonly fullWithinMs: number;
  readonly answerMs: number;
}

interface MachineDuty {
  readonly kind: DutyKind;
  readonly subject: DutySubject;
  readonly id: string;
}

/** Subjects that are compared only once the machine was read. */
export const MACHINE_SUBJECTS: readonly DutySubject[] = ['disk', 'array', 'volume'];

/** What cannot be read is a duty too: it is never taken for good. Nobody notes when these began: they count from when they are first found. */
export function dutiesOfMachine({ disks, arrays, space }: MachineState, limits: MachineLimits, nowMs: number): readonly FoundDuty[] {
  const found: readonly MachineDuty[] = [
    ...('code' in disks ? [unread('disk', 'disks')] : []),
    ...('code' in arrays ? [unread('array', 'arrays')] : []),
    ...('code' in space ? [unread('volume', 'vault')] : []),
    ...listOf(disks).flatMap((disk) => ofDisk(disk, limits)),
    ...listOf(arrays).flatMap(({ name, health }): MachineDuty[] => {
      if (health === 'good') return [];
      return [health === 'failing' ? { kind: 'array-degraded', subject: 'array', id: name } : unread('array', name)];
    }),
    ...('code' in space || space.fullAtMs === null || space.fullAtMs > nowMs + limits.fullWithinMs
      ? []
      : [{ kind: 'disk-filling', subject: 'volume', id: 'vault' } as const]),
  ];
  // Two names of one disk (namespaces of NVMe, paths of a SAN) have one serial number.
  const told = new Map(found.map((each) => [JSON.stringify([each.kind, each.id]), each]));
  return [...told.values()].map(({ kind, subject, id }) => duty(kind, [subject, id], { sinceMs: nowMs }, limits));
}

function ofDisk({ id, health, wearPercent }: DiskState, limits: MachineLimits): readonly MachineDuty[] {
  return [
    ...(health === 'failing' ? [{ kind: 'disk-failing', subject: 'disk', id } as const] : []),
    ...(health === 'unread' ? [unread('disk', id)] : []),
    ...(wearPercent !== null && wearPercent >= limits.wearPercent ? [{ kind: 'disk-worn', subject: 'disk', id } as const] : []),
  ];
}

function unread(subject: DutySubject, id: string): MachineDuty {
  return { kind: 'machine-unread', subject, id };
}
