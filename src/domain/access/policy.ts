import type { Kind } from '#domain/kind';
import { CONFIDENTIALITY, type Confidentiality } from '#domain/protection';
import type { Category } from '#domain/registry';
import type { Role } from './roles.ts';
import type { TaskTable } from './tasks.ts';

/**
 * What somebody may want of a recording. `see`: its facts and pictures of the list; `look`: the moving picture; `hear`: its sound; `download`: a derivative;
 * `export`: an original. Ask of each other: none contains another.
 */
export const ACTIONS = ['see', 'look', 'hear', 'download', 'export', 'tag', 'mark', 'hold', 'approve'] as const;
export type Action = (typeof ACTIONS)[number];

/** Actions that show footage. */
export const FOOTAGE: readonly Action[] = ['look', 'hear', 'download', 'export'];

/**
 * How a person stands to a recording. `own`: they recorded it; `same-unit`, `unit-below`: whose unit it belongs to; `named-in-case`: the case names them; `by-grant`: a
 * grant that holds now covers it; `any`: however they stand.
 */
export const RELATIONS = ['own', 'same-unit', 'unit-below', 'unassigned', 'named-in-case', 'by-grant', 'any'] as const;
export type Relation = (typeof RELATIONS)[number];

/** What a rule says of what it matches, the widest first. */
export const EFFECTS = ['allow', 'allow-with-reason', 'needs-approval', 'refuse'] as const;
export type Effect = (typeof EFFECTS)[number];

/** Which recordings; what is left out does not matter. */
export interface Which {
  readonly kinds?: readonly Kind[];
  readonly categories?: readonly Category[];
  readonly important?: boolean;
  /** At least this level. What nobody marked counts as `internal`. */
  readonly confidentialityMin?: Confidentiality;
  /** At most this level. */
  readonly confidentialityMax?: Confidentiality;
  /** Whether it carries any mark of privacy. */
  readonly privacy?: boolean;
  /** States of a case that it belongs to: one of them is enough. */
  readonly caseStates?: readonly string[];
  /** Whole days since it was taken in. */
  readonly daysMin?: number;
  readonly daysMax?: number;
}

export interface Rule {
  /** Stands in the custody log; never used again for another rule. */
  readonly id: string;
  readonly title: Titled;
  readonly roles: readonly Role[];
  readonly relations: readonly Relation[];
  readonly actions: readonly Action[];
  readonly which?: Which;
  /** Only within these hours of the station's zone, `08:00-20:00`; over midnight where the end comes first. */
  readonly hours?: string;
  /** Only from these addresses, CIDR (RFC 4632, RFC 4291). */
  readonly addresses?: readonly string[];
  readonly effect: Effect;
  /** Of whom: one of these, for `needs-approval`. */
  readonly approvers?: readonly Role[];
  /** How long what was approved holds at most. */
  readonly grantHoursMax?: number;
}

/** A text in both languages. */
interface Titled {
  readonly 'zh-CN': string;
  readonly en: string;
}

/** Why somebody asks to see footage: an entry of the list of reasons. */
interface Purpose {
  readonly code: string;
  readonly title: Titled;
  /** Words of one's own are needed beside the code. */
  readonly words: boolean;
  /** With this purpose nothing is shown at once: somebody who may approve decides, whatever the rules let those who ask do for a reason. */
  readonly approval: boolean;
}

/** Looking at once where approval is needed: confirmed afterwards, or listed as unconfirmed. */
export interface Urgent {
  readonly roles: readonly Role[];
  readonly actions: readonly Action[];
  /** How long such a grant holds at most. */
  readonly hoursMax: number;
  /** Within so many hours a reviewer confirms it. */
  readonly confirmHours: number;
}

/** Everything that a site says of who may look. */
export interface Policy {
  /** Counts up with each policy that was proposed; 0: the one that comes with the software, before any was adopted. */
  readonly version: number;
  readonly rules: readonly Rule[];
  readonly purposes: readonly Purpose[];
  readonly urgent: Urgent;
  /** Who may do what is no action on a recording. */
  readonly tasks: TaskTable;
}

/** The part of a policy that decides about recordings. */
export type Ruled = Pick<Policy, 'rules'>;

export function rankOf(level: Confidentiality): number {
  return CONFIDENTIALITY.indexOf(level);
}
