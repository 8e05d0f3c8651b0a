import type { Actor } from '#domain/custody/actor';
import { CaseProtected, RecordingProtected } from '#domain/custody/case-entries';
import { type Subject, subject } from '#domain/custody/subject';
import { EvidockError } from '#domain/errors';
import { type Confidentiality, isLowered, type Privacy, type Protection } from '#domain/protection';
import { because } from '#domain/reason';
import type { Case } from '#domain/registry';
import type { LedgerWriter } from '#ports/ledger';
import type { RecordingDetail } from '#ports/ledger/recordings';
import type { DeskDeps } from './deps.ts';
import { caseNotFound, mustHaveRecording } from './tagging.ts';

/** A change of level and marks. A field that is left out changes nothing. */
export interface ProtectRequest {
  /** null: the level is taken away. */
  readonly confidentiality?: Confidentiality | null;
  readonly addPrivacy?: readonly Privacy[];
  readonly removePrivacy?: readonly Privacy[];
  /** Required where the change lets more people see than before. */
  readonly reason?: string;
}

/** Changes level and marks of a recording, with the custody entry in the same transaction. `changed` is false where nothing was to be changed. */
export async function protectRecording(
  { ledger, clock }: DeskDeps,
  id: string,
  request: ProtectRequest,
  actor: Actor,
): Promise<{ readonly detail: RecordingDetail; readonly changed: boolean }> {
  return ledger.transaction(async (writer) => {
    const { recording } = await mustHaveRecording(writer, id);
    const change = changeOf(subject('recording', id), recording, request);
    if (change) {
      await writer.recordings.update(id, change.patch);
      await writer.custody.append(
        RecordingProtected.make({ atMs: clock.nowMs(), actor, subject: subject('recording', id), ...change.told }),
      );
    }
    return { detail: await mustHaveRecording(writer, id), changed: change !== null };
  });
}

/** Changes level and marks of a case. They count for each recording of the case, beside the recording's own. */
export async function protectCase(
  deps: DeskDeps,
  number: string,
  request: ProtectRequest,
  actor: Actor,
): Promise<{ readonly entry: Case; readonly changed: boolean }> {
  return deps.ledger.transaction(async (writer) => {
    const found = await writer.cases.get(number);
    if (!found) throw caseNotFound(number);
    const changed = await protectCaseOf(deps, writer, found, request, actor);
    return { entry: (await writer.cases.get(number)) ?? found, changed };
  });
}

/** Does what `protectCase` does, inside a transaction of the caller. Returns false where nothing was to be changed. */
export async function protectCaseOf(
  { clock }: DeskDeps,
  writer: LedgerWriter,
  found: Case,
  request: ProtectRequest,
  actor: Actor,
): Promise<boolean> {
  const about = subject('case', found.number);
  const change = changeOf(about, found, request);
  if (!change) return false;
  await writer.cases.update(found.number, change.patch);
  await writer.custody.append(CaseProtected.make({ atMs: clock.nowMs(), actor, subject: about, ...change.told }));
  return true;
}

type Told = Pick<Parameters<typeof CaseProtected.make>[0], 'data' | 'personal'>;

/** The new values and what custody tells of them; null where nothing changes. Throws request.invalid where a reason is missing. */
function changeOf(
  { kind, id }: Subject,
  old: Protection,
  { confidentiality = old.confidentiality, addPrivacy = [], removePrivacy = [], reason }: ProtectRequest,
): { readonly patch: Protection; readonly told: Told } | null {
  const privacy = [...new Set([...old.privacy, ...addPrivacy])].filter((mark) => !removePrivacy.includes(mark)).sort();
  const patch = { confidentiality, privacy };
  const levelChanged = confidentiality !== old.confidentiality;
  const privacyChanged = privacy.join() !== old.privacy.join();
  if (!levelChanged && !privacyChanged) return null;
  if (isLowered(old, patch) && !reason?.trim())
    throw new EvidockError('request.invalid', because(kind === 'case' ? 'case-lower-reason' : 'recording-lower-reason', { id }));
  const data = {
    ...(levelChanged ? { confidentiality: { old: old.confidentiality, new: confidentiality } } : {}),
    ...(privacyChanged ? { privacy: { old: [...old.privacy], new: privacy } } : {}),
  };
  return { patch, told: { data, personal: { reason: reason?.trim() || null } } };
}
