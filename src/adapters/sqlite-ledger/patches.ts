import { EvidockError } from '#domain/errors';
import type { Reason } from '#domain/reason';

/** A change of something that is not there would be lost without a word. */
export function mustExist(changed: number, what: Reason): void {
  if (changed !== 1) throw new EvidockError('request.not-found', what);
}

/** Leaves out what is undefined, so that a patch touches only what it names. */
export function named<T extends object>(fields: { [K in keyof T]: T[K] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}
