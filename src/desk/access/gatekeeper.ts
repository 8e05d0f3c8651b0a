import type { Credentials, SignedIn } from '#desk/sign-in/signed-in';
import type { Asker, Decision, Shown } from '#domain/access/decide';
import type { Action } from '#domain/access/policy';
import type { Role } from '#domain/access/roles';
import type { Task } from '#domain/access/tasks';
import type { Actor } from '#domain/custody/actor';
import type { Viewer } from '#domain/look/look';
import type { Reason } from '#domain/reason';
import type { Scope } from '#domain/scope';

/** Somebody was not let do what they asked for. */
export interface Refusal {
  readonly viewer: Viewer;
  /** Method and URL of the row in the table of routes. */
  readonly route: string;
  /** What was lacking: a task, or leave to do this with a recording. What is named may never have been. `tried`: what the desk was asked for. */
  readonly wanted: { readonly task: Task; readonly tried?: string } | { readonly action: Action; readonly recording: string };
  /** What decided: `task`, the id of a rule, an invariant, `no-rule`, `reason-missing`, or `not-seen`, which is told alike of what is foreign and what never was. */
  readonly by: string;
  readonly why: Reason;
}

export interface Ruling extends Decision {
  /** Version of the policy that decided. */
  readonly policy: number;
  /** Ids of the grants of the asker that cover this; empty if none does. */
  readonly grants: readonly string[];
  /** null: there is no such recording, which is refused. */
  readonly shown: Shown | null;
}

/** An entry of the list of reasons for which footage is shown. */
export interface Purpose {
  readonly code: string;
  /** Words of one's own are needed beside the code. */
  readonly words: boolean;
  /** With this purpose nothing is shown at once: somebody who may approve decides. */
  readonly approval: boolean;
}

/** Who asks, what they may see and do: all that the server asks before it lets a request through. */
export interface Gatekeeper {
  /** Who sends a request; null: nobody whom the station knows. Throws ledger.failed. */
  whoIs(credentials: Credentials): Promise<SignedIn | null>;
  /** The tasks of a person with these roles, by the policy in force. */
  tasksOf(roles: readonly Role[]): ReadonlySet<Task>;
  /** What of the footage they may see: by the policy, and by grants that hold now. Throws ledger.failed. */
  scopeFor(asker: Asker, from: { readonly address: string | null }): Promise<Scope>;
  /** Decides by the policy in force and by grants that hold now. Throws ledger.failed. */
  decideFor(asker: Asker, action: Action, recordingId: string, from: { readonly address: string | null }): Promise<Ruling>;
  purposes(): readonly Purpose[];
  /** Puts a refusal on record. Resolves when it is. Throws ledger.failed: the request is then answered with that. */
  refused(refusal: Refusal): Promise<void>;
  /** Tells of a request over the control socket, which no rule is asked about. Resolves when its account is on record. Throws ledger.failed. */
  usedSocket(actor: Actor, route: string): Promise<void>;
}
