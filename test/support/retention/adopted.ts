import { expect } from 'vitest';
import { openLedger } from '#adapters/sqlite-ledger/ledger';
import { dryRun } from '#desk/retention/dry-run';
import { RetentionKeeper } from '#desk/retention/keeper';
import { adoptSchedule, proposeSchedule } from '#desk/retention/versions';
import type { BrowserSession } from '#test/support/http/browser-session';
import { scheduleText, someRetention } from './parts.ts';

const DAY_MS = 86_400_000;
const person = (name: string) => ({ actor: { kind: 'user', id: name, via: 'network', session: null } as const, person: name });

/**
 * Two persons adopt a schedule at a station that does not run, and its terms are counted: what `evidock retention` does in a dozen commands. `atMs`: when it is proposed; it is
 * in force a day later.
 */
export async function inForce(
  at: { readonly file: string; readonly stationId: string; readonly atMs: number },
  rules: Parameters<typeof scheduleText>[0],
) {
  const { file, stationId } = at;
  let nowMs = at.atMs;
  const clock = { nowMs: () => nowMs };
  const ledger = await openLedger({ file, stationId, clock, demandsCustody: true });
  try {
    const parts = someRetention({ waitingDays: 1 });
    const { version } = await proposeSchedule({ ledger, clock, read: parts.read }, { text: scheduleText(rules), by: person('usr-author') });
    let digest = '';
    const asked = { version, actor: person('usr-author').actor, signal: new AbortController().signal };
    for await (const line of dryRun({ ledger, clock, shelf: parts.shelf, tally: parts.tally, waitingDays: 1 }, asked))
      if (line.type === 'result') ({ digest } = line);
    await adoptSchedule({ ledger, clock, waitingDays: 1 }, { version, digest, by: person('usr-other') });
    nowMs += DAY_MS;
    const failed = (error: unknown) => {
      throw error;
    };
    const clockWatch = { state: () => ({ kind: 'steady' }) as const };
    await new RetentionKeeper({ ledger, clock, shelf: parts.shelf, clockWatch, stationId, failed }).look();
  } finally {
    await ledger.close();
  }
}

/** A good answer. */
export async function asked<T>(browser: BrowserSession, method: string, path: string, body: object): Promise<T> {
  const answer = await browser.ask(method, path, { body });
  expect(answer.status, `${method} ${path}: ${answer.text}`).toBeLessThan(300);
  return answer.json<T>();
}
