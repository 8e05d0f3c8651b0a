import type { Gatekeeper, Purpose, Refusal, Ruling } from '#desk/access/gatekeeper';
import type { Action } from '#domain/access/policy';
import { TASK_OF } from '#domain/access/task-of';
import type { Task } from '#domain/access/tasks';
import { EvidockError } from '#domain/errors';
import type { Kind } from '#domain/kind';
import { because, type Reason } from '#domain/reason';
import type { LedgerReader } from '#ports/ledger';
import { actorOf, type Principal, viewerOf } from './principal.ts';
import type { Asked, Leave, OfRecording, Route } from './route.ts';
import type { Stated, StatedReason } from './stated-reason.ts';

/** The task that a route needs first; null: it is for everybody. */
export function taskOf({ needs }: Pick<Route, 'needs'>): Task | null {
  if (needs === 'nothing') return null;
  return typeof needs === 'string' ? needs : TASK_OF[needs.action === 'play' ? 'look' : needs.action];
}

/** What a route needs, in print: `see-slots`, `look recording`. */
export function needsText({ needs }: Pick<Route, 'needs'>): string {
  return typeof needs === 'string' ? needs : `${needs.action} ${needs.of}`;
}

/** Lets nobody through who has not the task of the route. Whoever comes over the control socket is on record as that. Throws request.signed-out or request.forbidden. */
export async function demandTask(gatekeeper: Gatekeeper, principal: Principal, row: Route): Promise<void> {
  const task = taskOf(row);
  if (task === null) return;
  if (principal.kind === 'cli') await gatekeeper.usedSocket(actorOf(principal), `${row.method} ${row.url}`);
  if (principal.tasks.has(task)) return;
  if (principal.kind === 'nobody') throw new EvidockError('request.signed-out', because('needs-sign-in', {}));
  const why = because('needs-task', { task });
  await gatekeeper.refused(refusalOf(principal, row, { wanted: { task }, by: 'task', why }));
  throw new EvidockError('request.forbidden', why);
}

function refusalOf(principal: Principal, row: Route, what: Pick<Refusal, 'wanted' | 'by' | 'why'>): Refusal {
  return { viewer: viewerOf(principal), route: `${row.method} ${row.url}`, ...what };
}

interface Demand {
  readonly gatekeeper: Gatekeeper;
  /** Of what whoever asks may see. */
  readonly ledger: LedgerReader;
  readonly principal: Principal;
  readonly row: Route;
  readonly params: unknown;
  readonly body: unknown;
  readonly stated: Stated;
}

/**
 * Decides whether the request may do with its recording what the route says. `not-seen`: the recording is none that whoever asks may see, or never was; the
 * request is then answered as if it never was. Throws request.forbidden, request.approval-needed, request.reason-needed, and request.invalid for a stated case
 * to which the recording does not belong.
 */
export async function demandLeave(demand: Demand, needs: OfRecording): Promise<Leave | 'not-seen'> {
  const { gatekeeper, ledger, principal, row, params, stated } = demand;
  const { reason } = stated;
  const id = needs.recording ? await needs.recording(ledger, params) : (params as { id: string }).id;
  const found = id === null ? null : await ledger.recordings.get(id);
  const asked = [needs.action, ...(needs.also?.(demand) ?? [])];
  // Over the control socket no policy is asked: whoever may open it may read the disk, too. Its use is on record as what it is.
  if (principal.kind === 'cli')
    return found === null
      ? 'not-seen'
      : {
          recording: found.id,
          ...actionsOf(asked, found.kind),
          ...BREAK_GLASS,
          reason,
          forCase: await mustBelong(demand, found.id),
        };
  if (found === null) return notSeen(demand, id ?? '', needs);
  const rule = (action: Action) => gatekeeper.decideFor(principal.asker, action, found.id, { address: principal.address });
  const seen = await rule('see');
  if (seen.effect !== 'allow' && seen.effect !== 'allow-with-reason') return notSeen(demand, found.id, needs);
  const { actions } = actionsOf(asked, found.kind);
  await demandScope(demand, found.id, actions);
  const rulings: Ruling[] = [];
  for (const action of actions) {
    const ruling = action === 'see' ? seen : await rule(action);
    const refused = refusedBy(ruling, reason, gatekeeper.purposes());
    if (refused) {
      await gatekeeper.refused(refusalOf(principal, row, { wanted: { action, recording: found.id }, ...refused }));
      throw new EvidockError(refused.code, refused.why);
    }
    rulings.push(ruling);
  }
  const rules = rulings.map(byOf);
  return {
    recording: found.id,
    actions,
    policy: seen.policy,
    rules,
    grants: [...new Set(rulings.flatMap(({ grants }) => grants))],
    reason,
    forCase: await mustBelong(demand, found.id),
  };
}

/**
 * The stated case. One that is not there, one that whoever asks may not see and one to which the recording does not belong are refused in the same words, so that
 * nobody learns of a case by naming it. Throws request.invalid.
 */
async function mustBelong(demand: Demand, recording: string): Promise<Leave['forCase']> {
  const { gatekeeper, ledger, principal, row, stated } = demand;
  const { caseNumber } = stated;
  if (caseNumber === null) return null;
  const [found, detail] = [await ledger.cases.get(caseNumber), await ledger.recordings.detail(recording)];
  if (found === null || !detail?.caseNumbers.includes(caseNumber)) {
    const why = because('case-not-of', { recording, number: caseNumber });
    const wanted = { task: taskOf(row) ?? 'show-footage', tried: `case ${caseNumber}, recording ${recording}` } as const;
    await gatekeeper.refused(refusalOf(principal, row, { wanted, by: why.code, why }));
    throw new EvidockError('request.invalid', why);
  }
  return { number: found.number, title: found.title };
}

/** A token does what it was made for, though its owner may do more. */
async function demandScope({ gatekeeper, principal, row }: Demand, recording: string, actions: readonly Action[]): Promise<void> {
  const action = actions.find((each) => principal.actions !== null && !principal.actions.has(each));
  if (action === undefined) return;
  const why = because('token-scope', { action });
  await gatekeeper.refused(refusalOf(principal, row, { wanted: { action, recording }, by: 'token-scope', why }));
  throw new EvidockError('request.forbidden', why);
}

const BREAK_GLASS = { policy: null, rules: ['break-glass'], grants: [] };

function actionsOf(asked: readonly Asked[], kind: Kind): { readonly actions: readonly Action[] } {
  return { actions: [...new Set(asked.flatMap((each) => (each === 'play' ? playOf(kind) : [each])))] };
}

/** A moving picture is sent with its sound, so who plays it may both look and hear. */
function playOf(kind: Kind): readonly Action[] {
  if (kind === 'audio') return ['hear'];
  return kind === 'photo' ? ['look'] : ['look', 'hear'];
}

// The same is done for what is foreign and for what never was, so that neither the answer nor its time tells them apart.
async function notSeen({ gatekeeper, principal, row }: Demand, recording: string, { action }: OfRecording): Promise<'not-seen'> {
  const wanted = { action: action === 'play' ? ('look' as const) : action, recording };
  await gatekeeper.refused(refusalOf(principal, row, { wanted, by: 'not-seen', why: because('not-seen', {}) }));
  return 'not-seen';
}

function byOf({ by }: Ruling): string {
  if (by === 'no-rule') return by;
  return 'rule' in by ? by.rule : by.invariant;
}

type Refused = Pick<Refusal, 'by' | 'why'> & { readonly code: 'request.forbidden' | 'request.approval-needed' | 'request.reason-needed' };

/** Why this ruling lets nothing through, with this reason; null: it does. */
function refusedBy(ruling: Ruling, reason: StatedReason | null, purposes: readonly Purpose[]): Refused | null {
  const by = byOf(ruling);
  if (ruling.effect === 'allow') return null;
  if (ruling.effect === 'refuse') return { code: 'request.forbidden', by, why: because('rule-refuses', { rule: by }) };
  if (ruling.effect === 'needs-approval')
    return { code: 'request.approval-needed', by, why: because('rule-approval', { rule: by, names: ruling.approval?.of ?? [] }) };
  return reasonLacks(reason, purposes, by);
}

function reasonLacks(reason: StatedReason | null, purposes: readonly Purpose[], rule: string): Refused | null {
  const lacks = (why: Reason): Refused => ({ code: 'request.reason-needed', by: 'reason-missing', why });
  const names = purposes.map(({ code }) => code);
  if (reason === null) return lacks(because('reason-none', { rule, names }));
  const purpose = purposes.find(({ code }) => code === reason.code);
  if (!purpose) return lacks(because('reason-unknown', { given: reason.code, names }));
  if (purpose.words && reason.words === null) return lacks(because('reason-words', { given: reason.code }));
  if (purpose.approval) return { code: 'request.approval-needed', by: rule, why: because('purpose-approval', { given: reason.code }) };
  return null;
}
