import type { Reason } from '#domain/reason';

/** What became of one file: `was`: it had or lacked the attribute already; `gone`: no such file; `refused`: no regular file of the station's, or a link on the way. */
export type AttributeOutcome = 'changed' | 'was' | 'gone' | 'refused';

/** Whether a file system has the attribute and whether it may be set: `none`: it has no such attribute; `forbidden`: whoever is asked may not set it. */
export type AttributePower = 'yes' | 'none' | 'forbidden';

export interface AttributeAnswer {
  readonly power: AttributePower;
  /** One for each key, in their order; empty where `power` is not `yes`. */
  readonly outcomes: readonly AttributeOutcome[];
}

/** What became of files that were to get the attribute; `failed`: the helper cannot be asked, or failed. */
export type AttributeState = { readonly power: AttributePower } | { readonly power: 'failed'; readonly reason: Reason };

/** Most keys in one request. */
export const ATTRIBUTE_KEYS_MAX = 64;

/**
 * Sets (`set`) and takes (`clear`) the immutable attribute of files of the vault, or only tells whether that can be done (`look`, no keys). A file that has it
 * cannot be written, renamed, linked or removed by anybody, root included, before it is taken. Only root may set it, so the mount helper does.
 * Throws recorder.mount-failed where the helper cannot be asked.
 */
export interface ImmutableFiles {
  change(want: 'set' | 'clear' | 'look', keys: readonly string[]): Promise<AttributeAnswer>;
}
