import { EvidockError } from '#domain/errors';
import type { Reason } from '#domain/reason';

/** Throws if nothing was changed: a change of something that does not exist would otherwise be lost silently. */
export function mustExist(changed: number, what: Reason): void {
  if (changed !== 1) throw new EvidockError('request.not-found', what);
}

/** Leaves out undefined fields, so that a patch changes only the fields that it names. */
export function named<T extends object>(fields: { [K in keyof T]: T[K] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}
