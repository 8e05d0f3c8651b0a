import type { WorkStage } from '#domain/work';
import type { DeskDeps } from './deps.ts';
import { mustHaveRecording } from './tagging.ts';

/** Makes failed work wait again, and hurries what backs off; returns how much. Throws request.not-found. */
export async function retryWork(deps: DeskDeps, asked: { stage?: WorkStage; recording?: string }): Promise<number> {
  const { ledger, clock, pokeWork } = deps;
  if (asked.recording !== undefined) await mustHaveRecording(ledger, asked.recording);
  const filter = { ...(asked.stage ? { stage: asked.stage } : {}), ...(asked.recording ? { recordingId: asked.recording } : {}) };
  const retried = await ledger.transaction((writer) => writer.retryFailedWork(filter, clock.nowMs()));
  pokeWork();
  return retried;
}
