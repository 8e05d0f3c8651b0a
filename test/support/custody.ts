import { STATION } from '#domain/custody/actor';
import { DockingRemoved, FileRefused } from '#domain/custody/docking-entries';
import type { CustodyDraft, CustodyEntry } from '#domain/custody/entry';
import { OriginalSealed } from '#domain/custody/original-entries';
import { RecordingViewed } from '#domain/custody/recording-entries';
import { CaseChanged } from '#domain/custody/registry-entries';
import { parseSubject, type Subject, subject } from '#domain/custody/subject';
import { anId, START_MS, someDigests } from '#test/support/builders';

const BY_PREFIX = { rec: 'recording', org: 'original', dck: 'docking' } as const;

/** The subject of an id of this station, or of a printed subject. */
export function about(text: string): Subject {
  const kind = BY_PREFIX[text.slice(0, 3) as keyof typeof BY_PREFIX];
  const found = kind && text[3] === '-' ? subject(kind, text) : parseSubject(text);
  if (!found) throw new TypeError(`${text} names no subject`);
  return found;
}

/** A person at the control socket. */
export const cli = (id: string) => ({ kind: 'cli', id, via: 'socket', session: null }) as const;

/** A look at a recording; `n` makes it another one. */
export function aCustodyDraft({ n = 1, recordingId = anId('rec'), actor = cli('root') } = {}): CustodyDraft {
  return RecordingViewed.make({
    ...{ atMs: START_MS, actor, subject: subject('recording', recordingId) },
    data: { what: `original ${n}`, from: 'vault', range: null },
    personal: {},
  });
}

/** Everything that an entry tells, in one object. */
export function toldBy({ data, lists, personal }: CustodyEntry): Record<string, unknown> {
  return { ...data, ...lists, ...personal };
}

/** A refusal of a docking, with words of any length beside the log. */
export function aRefusalDraft(detail: string, dockingId = anId('dck')): CustodyDraft {
  return FileRefused.make({
    ...{ atMs: START_MS, actor: STATION, subject: subject('docking', dockingId) },
    data: { code: 'recorder.not-regular' },
    personal: { cardPath: 'DCIM/x', detail },
  });
}

export function aCaseDraft(number: string, officers: readonly string[] = []): CustodyDraft {
  return CaseChanged.make({
    ...{ atMs: START_MS, actor: cli('root'), subject: subject('case', number) },
    data: { old: null, new: { stage: 'filing', category: null, officers: [...officers] } },
    personal: { title: { old: null, new: 'a case' } },
  });
}

export function aSealedDraft(
  { id, recordingId, vaultKey, bytes }: { id: string; recordingId: string; vaultKey: string; bytes: number },
  atMs = START_MS,
) {
  const { sha256 } = someDigests(id);
  return OriginalSealed.make({
    ...{ atMs, actor: STATION, subject: subject('original', id) },
    data: { recording: recordingId, key: vaultKey, bytes, sha256, sm3: null, manifestSha256: sha256, reread: 'direct' },
  });
}

/** A draft of an entry about the thing with this id. */
export function anyDraft(id: string): CustodyDraft {
  const { kind } = about(id);
  if (kind === 'recording') return aCustodyDraft({ recordingId: id });
  if (kind === 'docking')
    return DockingRemoved.make({ atMs: START_MS, actor: STATION, subject: subject('docking', id), data: DockingRemoved.example.data });
  return aSealedDraft({ id, recordingId: anId('rec'), vaultKey: 'k', bytes: 1 });
}
