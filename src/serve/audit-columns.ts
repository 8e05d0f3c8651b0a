import type { AuditLineAnswer } from '#api/audit';
import type { Say } from '#messages/language';

type Cell = string | number | null;

/** Columns of the audit as CSV, in their order. */
const COLUMNS = {
  seq: ({ seq }) => seq,
  at: ({ at }) => at,
  utc: ({ utc }) => utc,
  clock: ({ clock }) => clock,
  type: ({ type }) => type,
  outcome: ({ outcome }) => outcome,
  times: ({ times }) => times,
  actor: ({ who }) => who.actor,
  person: ({ who }) => who.person,
  name: ({ who }) => who.name,
  nameNow: ({ now }) => now.name,
  roles: ({ who }) => who.roles.join(' '),
  officer: ({ who }) => who.officer,
  unit: ({ who }) => who.unit,
  via: ({ who }) => who.via,
  session: ({ who }) => who.session,
  address: ({ who }) => who.address,
  agent: ({ who }) => who.agent,
  knownBy: ({ who }) => who.knownBy,
  requestId: ({ who }) => who.requestId,
  subject: ({ what }) => what.subject,
  recording: ({ what }) => what.recording ?? (what.recordings.length > 0 ? what.recordings.join(' ') : null),
  item: ({ what }) => what.item,
  part: ({ what }) => what.part,
  sha256: ({ what }) => what.sha256,
  case: ({ what }) => what.case,
  caseTitle: ({ what }) => what.caseTitle,
  caseTitleNow: ({ now }) => now.caseTitle,
  shownOfficer: ({ what }) => what.officer,
  ownerUnit: ({ what }) => what.unit,
  ownerUnitNow: ({ now }) => now.unit,
  rule: ({ why }) => why.rule,
  policy: ({ why }) => why.policy,
  reason: ({ why }) => why.reason,
  words: ({ why }) => why.words,
  grant: ({ why }) => why.grant,
  request: ({ why }) => why.request,
  approver: ({ now }) => now.approver,
  look: ({ much }) => much.look,
  bytes: ({ much }) => much.bytes,
  itemBytes: ({ much }) => much.itemBytes,
  played: ({ much }) => spans(much.played),
  claimed: ({ much }) => spans(much.claimed.length === 0 ? null : much.claimed),
  ended: ({ much }) => much.ended,
  asked: ({ what }) => what.asked,
  erased: ({ erased }) => (erased.length === 0 ? null : erased.join(' ')),
  prev: ({ prev }) => prev,
  hash: ({ hash }) => hash,
} satisfies Record<string, (line: AuditLineAnswer) => Cell>;

type ColumnName = keyof typeof COLUMNS;

export function headings(say: Say): readonly string[] {
  return (Object.keys(COLUMNS) as ColumnName[]).map((name) => say(`audit.column.${name}`));
}

export function cells(line: AuditLineAnswer): readonly Cell[] {
  return Object.values(COLUMNS).map((of) => of(line));
}

/** `0:00.000-0:16.000`: one span after the other, minutes and seconds of the item. */
function spans(played: readonly { readonly fromMs: number; readonly toMs: number }[] | null): string | null {
  return played === null ? null : played.map(({ fromMs, toMs }) => `${clock(fromMs)}-${clock(toMs)}`).join(' ');
}

const MINUTE_MS = 60_000;

function clock(ms: number): string {
  return `${Math.floor(ms / MINUTE_MS)}:${((ms % MINUTE_MS) / 1000).toFixed(3).padStart(6, '0')}`;
}
