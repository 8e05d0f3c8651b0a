import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openLedger } from '#adapters/sqlite-ledger/ledger';
import { dryRun } from '#desk/retention/dry-run';
import { adoptSchedule, type Deciding, proposeSchedule } from '#desk/retention/versions';
import { someRetention } from '#test/support/retention/parts';

const DAY_MS = 86_400_000;
const STATION_ID = 'station1';
const person = (name: string): Deciding => ({ actor: { kind: 'user', id: name, via: 'network', session: null }, person: name });

/** What the agency of the pages' tests keeps, and how long: whatever nothing else asks for may go a month after it was recorded. */
export const SCHEDULE = `format: evidock-retention/1
title: { zh-CN: 执法音像记录保存期限（试行）, en: Retention of enforcement footage (on trial) }
agency: { sectors: [urban-management], region: CN-33 }
holidays: own

rules:
  - id: ordinary
    title: { zh-CN: 全部录像：自录制起三十日, en: "All recordings: thirty days from recording" }
    match: {}
    start: recorded
    minimum: P30D
    action: propose
    lock: { mode: none, hold: false, horizonDays: 365 }
    source: { status: policy, title: 本机关决定, checked: 2026-11-26 }
  - id: case-file
    title: { zh-CN: 案件的录像：结案后三十年, en: "Recordings of a case: thirty years after it was closed" }
    match: { case: any }
    start: case-closed
    minimum: P30Y
    action: transfer
    lock: { mode: none, hold: false, horizonDays: 1825 }
    source: { status: found, title: 浙江省综合行政执法条例, article: 第二十条, checked: 2026-11-26 }
  - id: important
    title: { zh-CN: 标为重要的：永久, en: "Marked as important: for good" }
    match: { important: true }
    start: never
    minimum: permanent
    action: review
    lock: { mode: none, hold: false, horizonDays: 1825 }
    source: { status: policy, title: 本机关决定, checked: 2026-11-26 }
  # Not of a category: what has none is kept as if it had each, so nothing would ever be due.
  - id: found-in-bin
    title: { zh-CN: 曾在记录仪上被删除的：依据待补, en: "Deleted on the recorder: source missing" }
    match: { foundInBin: true }
    start: docked
    action: review
    lock: { mode: none, hold: false, horizonDays: 365 }
    source: { status: missing, title: 被删除录像的保存期限, checked: 2026-11-26 }
  - id: police
    title: { zh-CN: 公安机关：自入站起六个月, en: "Police: six months from docking" }
    match: { sectors: [police] }
    start: docked
    minimum: P6M
    action: propose
    lock: { mode: none, hold: false, horizonDays: 365 }
    source: { status: found, title: 公安机关现场执法视音频记录工作规定, article: 第十三条, checked: 2026-11-26 }
`;

/** Two persons adopted the schedule two days ago, at a station that has not started yet: its waiting period, a day at least, is over when it does. */
export async function adoptBefore(state: string): Promise<void> {
  const file = join(state, 'ledger', 'ledger.sqlite');
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const clock = { nowMs: () => Date.now() - 2 * DAY_MS };
  const ledger = await openLedger({ file, stationId: STATION_ID, clock, demandsCustody: true });
  try {
    const { shelf, read, tally } = someRetention();
    const waitingDays = 1;
    const { version } = await proposeSchedule({ ledger, clock, read }, { text: SCHEDULE, by: person('usr-author') });
    const asked = { version, actor: person('usr-author').actor, signal: new AbortController().signal };
    let digest = '';
    for await (const line of dryRun({ ledger, clock, shelf, tally, waitingDays }, asked)) if (line.type === 'result') ({ digest } = line);
    await adoptSchedule({ ledger, clock, waitingDays }, { version, digest, by: person('usr-other') });
  } finally {
    await ledger.close();
  }
}
