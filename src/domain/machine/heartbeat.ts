import { listOf, type MachineState } from './machine.ts';

/** What the station tells outside, again and again. Counts alone: no names, numbers of cases, serial numbers of recorders or places. */
export interface Heartbeat {
  readonly kind: 'heartbeat';
  readonly station: string;
  readonly version: string;
  readonly at: string;
  /** The next one follows within this time; a receiver that hears nothing for some of them raises its alarm. */
  readonly everySeconds: number;
  readonly duties: { readonly open: number; readonly overdue: number };
  /** null: nobody knows, or nobody watches it here. */
  readonly machine: {
    readonly disksFailing: number;
    readonly arraysFailing: number;
    /** Disks, arrays and parts that nobody can read. */
    readonly unread: number;
    readonly freeBytes: number | null;
    readonly fullAt: string | null;
  } | null;
  readonly lastDockingAt: string | null;
}

interface Told {
  readonly station: string;
  readonly version: string;
  readonly nowMs: number;
  readonly everyMs: number;
  readonly duties: readonly { readonly open: number; readonly overdue: number }[];
  readonly machine: MachineState | null;
  readonly lastDockingMs: number | null;
}

export function heartbeatOf({ station, version, nowMs, everyMs, duties, machine, lastDockingMs }: Told): Heartbeat {
  const sum = (field: 'open' | 'overdue') => duties.reduce((all, each) => all + each[field], 0);
  return {
    ...{ kind: 'heartbeat', station, version, at: new Date(nowMs).toISOString(), everySeconds: everyMs / 1000 },
    duties: { open: sum('open'), overdue: sum('overdue') },
    machine: machine && machineCounts(machine),
    lastDockingAt: timeOf(lastDockingMs),
  };
}

function machineCounts({ disks, arrays, space }: MachineState): Heartbeat['machine'] {
  const each = [...listOf(disks), ...listOf(arrays)];
  const parts = [disks, arrays, space].filter((part) => 'code' in part).length;
  return {
    disksFailing: listOf(disks).filter(({ health }) => health === 'failing').length,
    arraysFailing: listOf(arrays).filter(({ health }) => health === 'failing').length,
    unread: parts + each.filter(({ health }) => health === 'unread').length,
    freeBytes: 'code' in space ? null : space.freeBytes,
    fullAt: 'code' in space ? null : timeOf(space.fullAtMs),
  };
}

function timeOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
