import type { WorkStage } from '#domain/work';
import type { DeskDeps } from './deps.ts';
import { changeOrTry } from './dry-run.ts';
import { mustHaveRecording } from './tagging.ts';

/** Makes failed work wait again, and work that backs off due now. Returns how much. With `dryRun` nothing changes. Throws request.not-found. */
export async function retryWork(deps: DeskDeps, asked: { stage?: WorkStage; recording?: string; dryRun?: boolean }): Promise<number> {
  const { ledger, clock, pokeWork } = deps;
  if (asked.recording !== undefined) await mustHaveRecording(ledger, asked.recording);
  const filter = { ...(asked.stage ? { stage: asked.stage } : {}), ...(asked.recording ? { recordingId: asked.recording } : {}) };
  const { dryRun = false } = asked;
  const retried = await changeOrTry(ledger, dryRun, (writer) => writer.work.retryFailed(filter, clock.nowMs()));
  if (!dryRun) pokeWork();
  return retried;
}
