import type { Asker, Decision } from '#domain/access/decide';
import type { Action, Policy } from '#domain/access/policy';
import { rankOf } from '#domain/access/policy';
import type { Role } from '#domain/access/roles';
import type { CallUpAction } from '#domain/call-up/request';
import type { Confidentiality } from '#domain/protection';

/** What the policy in force says of one recording for one person, without any grant. */
export interface Judgement {
  readonly recording: string;
  /** Units to which it belongs, nearest first. */
  readonly units: readonly string[];
  /** The effective one; null: nobody has marked it. */
  readonly level: Confidentiality | null;
  readonly decisions: ReadonlyMap<Action, Decision>;
}

/** How somebody asks. */
interface AskedFrom {
  readonly address: string | null;
  /** For `approve`: who asked for what is to be approved. */
  readonly requestedBy: string | null;
}

/** The policy, as call-up asks it. */
export interface CallUpRules {
  policy(): Pick<Policy, 'version' | 'purposes' | 'urgent'>;
  /** One judgement for each of these recordings that is on record. */
  judge(asker: Asker, actions: readonly Action[], recordings: readonly string[], from: AskedFrom): Promise<readonly Judgement[]>;
}

/** What comes of judging a whole request. `refused`: nothing of it may be asked for. */
export type Verdict =
  | { readonly is: 'refused' }
  | {
      readonly is: 'at-once' | 'needs-approval';
      /** Recordings for which every action may be given, or asked for. */
      readonly recordings: readonly string[];
      /** Some of the recordings may not even be asked for. */
      readonly partly: boolean;
      /** Units nearest to these recordings, each once. */
      readonly units: readonly string[];
      /** The highest of their levels, `internal` at least. */
      readonly level: Confidentiality;
      /** The rule that allowed the first of them; null: the software's own, or none. */
      readonly rule: string | null;
      readonly approvers: readonly Role[];
      readonly hoursMax: number | null;
    };

/** Roles that approve where a purpose, and no rule, asks for approval. */
const APPROVERS: readonly Role[] = ['reviewer'];

/**
 * Judges a request as a whole: at once if the rules let everything be done at once, otherwise by approval of somebody whom all of the rules name. What is
 * refused is left out, and never told of.
 */
export function verdictOf(judgements: readonly Judgement[], actions: readonly CallUpAction[], purposeAsks: boolean): Verdict {
  const mayAsk = judgements.filter(({ decisions }) => actions.every((action) => (decisions.get(action)?.effect ?? 'refuse') !== 'refuse'));
  const found = mayAsk.flatMap(({ decisions }) => actions.flatMap((action) => decisions.get(action) ?? []));
  const [first] = found;
  if (first === undefined) return { is: 'refused' };
  const approvals = found.filter(({ effect }) => effect === 'needs-approval').flatMap(({ approval }) => approval ?? []);
  const lists = approvals.map(({ of }) => of);
  const approvers = (lists[0] ?? APPROVERS).filter((role) => lists.every((list) => list.includes(role)));
  const needs = approvals.length > 0 || purposeAsks;
  if (needs && approvers.length === 0) return { is: 'refused' };
  const hours = approvals.flatMap(({ hoursMax }) => hoursMax ?? []);
  return {
    is: needs ? 'needs-approval' : 'at-once',
    recordings: mayAsk.map(({ recording }) => recording),
    partly: mayAsk.length < judgements.length,
    units: [...new Set(mayAsk.flatMap(({ units }) => units.slice(0, 1)))].sort(),
    level: highestOf(mayAsk.map(({ level }) => level)),
    rule: typeof first.by === 'object' && 'rule' in first.by ? first.by.rule : null,
    approvers,
    hoursMax: hours.length === 0 ? null : Math.min(...hours),
  };
}

function highestOf(levels: readonly (Confidentiality | null)[]): Confidentiality {
  return levels.reduce<Confidentiality>((highest, each) => (each !== null && rankOf(each) > rankOf(highest) ? each : highest), 'internal');
}
