import { said } from '#domain/errors';
import { arrayStateOf } from '#domain/machine/array';
import { type DiskAnswer, diskStateOf } from '#domain/machine/disk';
import type { DiskState, MachineState } from '#domain/machine/machine';
import { because, type Reason } from '#domain/reason';
import { readArrays } from './arrays.ts';
import { readReport } from './disk-report.ts';
import { askDisks } from './disks.ts';
import { readSpace } from './space.ts';

export interface MachineOptions {
  /** Where the reader of disks, which has the rights, leaves what it found; empty: they are asked here. */
  readonly report: string;
  readonly smartctl: string;
  /** The vault. */
  readonly directory: string;
  readonly samples: string;
  readonly reserveBytes: number;
  /** `/sys` and `/dev`, or those of a test. */
  readonly sys: string;
  readonly dev: string;
}

/** Reads the machine once. A part that cannot be read says why. */
export async function readMachine(
  { report, smartctl, directory, samples, reserveBytes, sys, dev }: MachineOptions,
  { nowMs, keeps, signal, disks }: { nowMs: number; keeps: boolean; signal?: AbortSignal; disks?: MachineState['disks'] },
): Promise<MachineState> {
  const ask = () =>
    report === '' ? askDisks({ program: smartctl, sys, dev, ...(signal === undefined ? {} : { signal }) }) : readReport(report, nowMs);
  return {
    disks: disks ?? (await orWhy(async () => judged(await ask()))),
    arrays: await orWhy(async () => (await readArrays(sys)).flatMap((each) => arrayStateOf(each) ?? [])),
    space: await orWhy(() => readSpace({ directory, file: samples, reserveBytes, nowMs, keeps })),
  };
}

/** A machine without a disk stands on something that nobody sees here. */
function judged(answers: readonly DiskAnswer[]): readonly DiskState[] | Reason {
  return answers.length === 0 ? because('disks-none', {}) : answers.map(diskStateOf);
}

async function orWhy<T>(read: () => Promise<T | Reason>): Promise<T | Reason> {
  try {
    return await read();
  } catch (error) {
    return said(error);
  }
}
