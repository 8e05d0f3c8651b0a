import type { Reason } from '#domain/reason';

/**
 * How a disk or an array is. `unread`: nobody can say, which is not the same as good: the tool is missing, was refused, did not end, or told what nobody understands.
 */
type Health = 'good' | 'failing' | 'unread';

export interface DiskState {
  /** Name of the kernel: `sda`, `nvme0n1`. */
  readonly name: string;
  /** Its serial number, by which a person finds it; the name where nobody knows one. */
  readonly id: string;
  readonly model: string | null;
  readonly health: Health;
  /** Why it is failing or unread; none of a good one. */
  readonly signs: readonly Reason[];
  /** Share of its writing life that is used, percent; it may pass 100. null: a disk that does not wear, or does not tell. */
  readonly wearPercent: number | null;
}

export interface ArrayState {
  /** `md0` */
  readonly name: string;
  readonly health: Health;
  /** What it is, and why it is not good. */
  readonly words: Reason;
  /** Disks that it lacks. */
  readonly missing: number;
}

/** The disk of the vault. */
export interface SpaceState {
  /** Above the reserve. */
  readonly freeBytes: number;
  /** By which it fills; below 0: it empties. null: not known yet. */
  readonly bytesPerDay: number | null;
  /** When nothing can be taken in any more, ms since 1970; null: not known yet, or never. */
  readonly fullAtMs: number | null;
}

/** What is known of the machine. A text says why a part cannot be read at all. */
export interface MachineState {
  readonly disks: readonly DiskState[] | Reason;
  readonly arrays: readonly ArrayState[] | Reason;
  readonly space: SpaceState | Reason;
}

/** A part that was read. */
export function listOf<T>(part: readonly T[] | Reason): readonly T[] {
  return 'code' in part ? [] : part;
}
