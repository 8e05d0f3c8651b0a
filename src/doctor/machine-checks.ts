import { readMachine } from '#adapters/machine/machine';
import { silentSince } from '#adapters/notices/heartbeat';
import type { DoctorCheck } from '#cli/context';
import type { Config } from '#config/schema';
import type { ArrayState, DiskState, MachineState, SpaceState } from '#domain/machine/machine';
import { because, type Reason, together } from '#domain/reason';
import { placesOf } from '../state-paths.ts';
import { machineOptions } from '../station/machine.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Heartbeats that may be missed before it is told. */
const MISSED = 3;

/** Whether anybody outside hears of the station. Nothing where nobody is to. */
export async function heartbeatChecks({ heartbeat: { url, every }, station }: Config, nowMs: number): Promise<DoctorCheck[]> {
  if (url === '') return [];
  const sinceMs = await silentSince(placesOf(station.state).heartbeat);
  const name = 'heartbeat';
  const remedy = because('mend-heartbeat', {});
  if (sinceMs === null) return [{ name, ok: true, warn: true, reason: because('heartbeat-never', {}), remedy }];
  const span = nowMs - sinceMs;
  const reason = because('heartbeat-taken', { span: Math.max(0, span) });
  return [span > MISSED * every * MINUTE_MS ? { name, ok: true, warn: true, reason, remedy } : { name, ok: true, reason, remedy: null }];
}

/** How disks, arrays and free space are, read at this moment. Nothing where the machine is not to be watched. */
export async function machineChecks(config: Config, nowMs: number): Promise<DoctorCheck[]> {
  if (!config.machine.on) return [];
  const state = await readMachine(machineOptions(config, placesOf(config.station.state)), { nowMs, keeps: false });
  return machineLines(state, config.machine, nowMs);
}

/** A disk or array that cannot be read is a warning, never well. */
export function machineLines(
  { disks, arrays, space }: MachineState,
  limits: Pick<Config['machine'], 'wear' | 'fullWithin'>,
  nowMs: number,
): DoctorCheck[] {
  return [disksLine(disks, limits.wear), arraysLine(arrays), spaceLine(space, limits.fullWithin, nowMs)];
}

function disksLine(disks: MachineState['disks'], wear: number): DoctorCheck {
  const name = 'disks';
  const remedy = because('mend-disks', {});
  if ('code' in disks) return { name, ok: true, warn: true, reason: disks, remedy };
  const reason = together(disks.map(diskWords));
  if (disks.some(({ health }) => health === 'failing')) return { name, ok: false, reason, remedy };
  const warns = disks.some(({ health, wearPercent }) => health === 'unread' || (wearPercent ?? 0) >= wear);
  return warns ? { name, ok: true, warn: true, reason, remedy } : { name, ok: true, reason, remedy: null };
}

function diskWords({ name, id, model, health, signs, wearPercent }: DiskState): Reason {
  const disk = [name, ...(model === null ? [] : [model]), ...(id === name ? [] : [id])].join(' ');
  if (health === 'good')
    return wearPercent === null ? because('disk-well', { disk }) : because('disk-well-worn', { disk, percent: wearPercent });
  return because(health === 'failing' ? 'disk-fails' : 'disk-unread', { disk, why: together(signs) });
}

function arraysLine(arrays: MachineState['arrays']): DoctorCheck {
  const name = 'raid';
  const remedy = because('mend-raid', {});
  if ('code' in arrays) return { name, ok: true, warn: true, reason: arrays, remedy };
  if (arrays.length === 0) return { name, ok: true, reason: because('arrays-none', {}), remedy: null };
  const reason = together(arrays.map(({ words }) => words));
  const has = (health: ArrayState['health']) => arrays.some((each) => each.health === health);
  if (has('failing')) return { name, ok: false, reason, remedy };
  return has('unread') ? { name, ok: true, warn: true, reason, remedy } : { name, ok: true, reason, remedy: null };
}

function spaceLine(space: SpaceState | Reason, fullWithinDays: number, nowMs: number): DoctorCheck {
  const name = 'disk growth';
  const remedy = because('mend-disk-growth', {});
  if ('code' in space) return { name, ok: true, warn: true, reason: space, remedy: because('mend-vault', {}) };
  const { bytesPerDay, freeBytes: free, fullAtMs } = space;
  if (fullAtMs !== null) {
    const reason = because('disk-full-on', {
      free,
      size: Math.max(0, bytesPerDay ?? 0),
      day: new Date(fullAtMs).toISOString().slice(0, 10),
    });
    return fullAtMs <= nowMs + fullWithinDays * DAY_MS
      ? { name, ok: true, warn: true, reason, remedy }
      : { name, ok: true, reason, remedy: null };
  }
  const reason = bytesPerDay === null ? because('growth-not-known', { free }) : because('disk-not-filling', { free });
  return { name, ok: true, reason, remedy: null };
}
