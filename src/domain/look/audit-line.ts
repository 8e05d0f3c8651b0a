import { CLOCK_KINDS, type ClockKind } from '#domain/clock/clock-state';
import { type Actor, actorText } from '#domain/custody/actor';
import type { CustodyEntry } from '#domain/custody/entry';
import { type SubjectKind, subjectText } from '#domain/custody/subject';
import type { Played } from './look.ts';
import type { Outcome } from './question.ts';
import { filed } from './terms.ts';

/** An entry of the log as an auditor reads it: the same columns for every type. null: the entry does not tell, or it was erased. */
export interface AuditLine {
  readonly seq: number;
  readonly atMs: number;
  readonly type: string;
  readonly outcome: Outcome;
  /** How often, where one entry tells of several. */
  readonly times: number;
  /** How the clock of the station stood, as the entry itself tells; null: it does not. */
  readonly clock: ClockKind | null;
  readonly who: {
    /** Printed form of the actor. */
    readonly actor: string;
    /** Id of the account. */
    readonly person: string | null;
    /** Name, roles, officer's number and unit then. */
    readonly name: string | null;
    readonly roles: readonly string[];
    readonly officer: string | null;
    readonly unit: string | null;
    readonly via: string | null;
    readonly session: string | null;
    readonly address: string | null;
    readonly agent: string | null;
    /** How they signed in, or what else they showed. */
    readonly knownBy: string | null;
    /** Id of the HTTP request; of a look: of its first. */
    readonly requestId: string | null;
  };
  readonly what: {
    /** What the entry is about. */
    readonly subject: string;
    readonly recording: string | null;
    /** Where several were shown at once. */
    readonly recordings: readonly string[];
    readonly item: string | null;
    readonly part: string | null;
    readonly sha256: string | null;
    readonly case: string | null;
    /** Title of the case then. */
    readonly caseTitle: string | null;
    /** Officer who is shown, and unit of the recording, then. */
    readonly officer: string | null;
    readonly unit: string | null;
    /** Question, search, or route that was refused. */
    readonly asked: string | null;
  };
  readonly why: {
    readonly policy: number | null;
    readonly rule: string | null;
    readonly reason: string | null;
    readonly words: string | null;
    readonly grant: string | null;
    readonly request: string | null;
  };
  readonly much: {
    readonly look: string | null;
    readonly bytes: number | null;
    readonly itemBytes: number | null;
    /** null: not known. */
    readonly played: readonly Played[] | null;
    readonly claimed: readonly Played[];
    readonly ended: string | null;
  };
  /** Names of personal values that were erased. */
  readonly erased: readonly string[];
  readonly prev: string;
  readonly hash: string;
}

type Told = { readonly [name: string]: unknown };

export function auditLine(entry: CustodyEntry): AuditLine {
  const { seq, atMs, type, actor, subject, data, personal, erased, prev, hash } = entry;
  const look = partOf(data, 'look');
  const told: Told = { ...data, ...look };
  return {
    ...{ seq, atMs, type, outcome: filed(entry)?.outcome ?? 'done', times: number(told, 'times') ?? number(told, 'requests') ?? 1 },
    clock: CLOCK_KINDS.find((kind) => kind === told['clock']) ?? null,
    who: whoOf(actor, told, personal),
    what: {
      subject: subjectText(subject),
      recording: idOf(entry, 'recording') ?? text(told, 'recording'),
      recordings: (entry.lists['recordings'] ?? []).filter((each) => typeof each === 'string'),
      ...{ item: text(told, 'item'), part: text(told, 'what') ?? text(told, 'kind') },
      // Of a marked copy the bytes that went out count: a copy that has turned up is found by them.
      sha256: text(told, 'sha256') ?? text(partOf(data, 'copy'), 'sha256'),
      case: idOf(entry, 'case') ?? text(told, 'case'),
      caseTitle: text(personal, 'caseTitle'),
      officer: text(told, 'officer') ?? idOf(entry, 'officer'),
      unit: text(told, 'unit'),
      asked: text(personal, 'asked') ?? text(personal, 'tried') ?? text(told, 'route'),
    },
    why: {
      ...{ policy: number(told, 'policy'), rule: text(told, 'rule'), reason: text(told, 'reason') ?? text(told, 'purpose') },
      ...{ words: text(personal, 'words'), grant: idOf(entry, 'grant') ?? text(told, 'grant') },
      request: idOf(entry, 'request') ?? text(told, 'request'),
    },
    much: {
      look: text(look, 'id') ?? text(data, 'look'),
      ...{ bytes: number(told, 'bytes'), itemBytes: number(told, 'itemBytes') },
      ...{ played: spans(told, 'played'), claimed: spans(told, 'claimed') ?? [], ended: text(told, 'ended') },
    },
    ...{ erased, prev, hash },
  };
}

/** A part of an entry's data that is an object; empty where there is none. */
function partOf(data: Told, name: string): Told {
  const part = data[name];
  return (typeof part === 'object' && part !== null ? part : {}) as Told;
}

function whoOf(actor: Actor, told: Told, personal: Told): AuditLine['who'] {
  const roles = told['roles'];
  return {
    actor: actorText(actor),
    person: text(told, 'user') ?? (actor.kind === 'user' ? actor.id : (actor.user ?? null)),
    name: text(personal, 'name'),
    roles: Array.isArray(roles) ? roles.filter((each) => typeof each === 'string') : [],
    ...{ officer: text(told, 'byOfficer'), unit: text(told, 'byUnit') },
    ...{ via: actor.via, session: actor.session, address: text(personal, 'address'), agent: text(personal, 'agent') },
    ...{ knownBy: text(told, 'knownBy') ?? actor.knownBy ?? null, requestId: text(told, 'requestId') ?? actor.requestId ?? null },
  };
}

function idOf({ subject, related }: CustodyEntry, kind: SubjectKind): string | null {
  return [subject, ...related].find((each) => each.kind === kind)?.id ?? null;
}

function text(told: Told, name: string): string | null {
  const value = told[name];
  return typeof value === 'string' ? value : null;
}

function number(told: Told, name: string): number | null {
  const value = told[name];
  return typeof value === 'number' ? value : null;
}

function spans(told: Told, name: string): readonly Played[] | null {
  const value = told[name];
  return Array.isArray(value) ? (value as readonly Played[]) : null;
}
