// Goal: where a file name tells no officer, it is the one who had the recorder when it was recorded, whoever docks it; and docking is a return where the station is
// configured so. Method: dock, intake and seal with their real parts (zone Asia/Shanghai) on a card of GA/T 947 names with zeros for the officer.

import { join } from 'node:path';
import { expect, it } from 'vitest';
import { TakenOut } from '#domain/custody/holding-entries';
import { subject } from '#domain/custody/subject';
import type { Holding } from '#domain/registry';
import { anId, anOfficer, aRecorder } from '#test/support/builders';
import { cli } from '#test/support/custody';
import { homeForEach } from '../support/station/home-for-each.ts';
import { intakeStation, type StationOptions, writeCard } from '../support/station/intake-station.ts';

const SERIAL = 'DSJ0012345';
const at = (time: string) => Date.parse(`2026-06-20T${time}:00+08:00`);
const NOW = at('18:00');
const nameOf = (officer: string, time: string, n: number) => `DCIM/20260620/${SERIAL}_${officer}_20260620${time}00_000${n}.MP4`;

let home: string;
homeForEach((path) => {
  home = path;
});

const SPANS: readonly Omit<Holding, 'id' | 'serial'>[] = [
  { officerId: '1', fromMs: at('08:00'), toMs: at('12:00') },
  { officerId: '2', fromMs: at('14:00'), toMs: null },
];

async function docked(options: StationOptions) {
  const station = await intakeStation(join(home, 'state'), undefined, { nowMs: () => NOW, ...options });
  // Officers and assignments are put there without a person who enters them.
  station.writesPastTheLog();
  await station.ledger.transaction(async (writer) => {
    for (const id of ['1', '2', '9']) await writer.registry.upsertOfficer(anOfficer({ id }));
    await writer.registry.upsertRecorder(aRecorder({ serial: SERIAL, assignedOfficerId: null }));
    await writer.registry.assignRecorder(SERIAL, '9', at('07:00'));
    for (const span of SPANS) await writer.registry.upsertHolding({ id: anId('hld'), serial: SERIAL, ...span });
    const { data } = TakenOut.example;
    await writer.custody.append(TakenOut.make({ atMs: NOW, actor: cli('root'), subject: subject('recorder', SERIAL), data }));
  });
  const files = [nameOf('000000', '0900', 1), nameOf('000000', '1200', 2), nameOf('000000', '1500', 3), nameOf('041234', '1600', 4)];
  // Another size each: equal files would be duplicates.
  await writeCard(join(home, 'card'), Object.fromEntries(files.map((path, n) => [path, 'x'.repeat(100 + n)])));
  const docking = await station.dock(station.plain(join(home, 'card')), SERIAL, 1);
  const shown = station.board.snapshot().find(({ slot }) => slot === 1)?.officerId;
  await docking.safe();
  const found = await station.ledger.recordings.list({ limit: 10 });
  const officers = found.map(
    ({ recording }) => `${recording.claimedStart?.slice(11, 16)} ${recording.officerId} ${recording.officerSource}`,
  );
  await docking.pull();
  return { station, shown, officers: officers.sort() };
}

it('the holder of the time decides before the assignment of the time, and a file name before both', async () => {
  const { station, shown, officers } = await docked({});
  expect(officers).toEqual(['09:00 1 holder', '12:00 9 assignment', '15:00 2 holder', '16:00 041234 file-name']);
  expect(shown).toBe('2');
  // Docking is no return.
  expect((await station.ledger.registry.openHoldings([SERIAL])).get(SERIAL)?.officerId).toBe('2');
  await station.close();
});

it('docking ends a take-out where the station is configured so, and the footage of before stays the holder\u2019s', async () => {
  const { station, officers } = await docked({ endsTakeOut: true });
  expect(officers).toEqual(['09:00 1 holder', '12:00 9 assignment', '15:00 2 holder', '16:00 041234 file-name']);
  const [last] = await station.ledger.registry.holdings(SERIAL, { limit: 1 });
  expect(last).toMatchObject({ officerId: '2', toMs: NOW });
  const entries = await station.ledger.custody.of(subject('recorder', SERIAL));
  const returned = entries.filter(({ type }) => type === 'recorder.returned');
  expect(returned).toMatchObject([{ data: { officer: '2', how: 'docking' }, actor: { via: 'rule:dock.endsTakeOut' } }]);
  await station.close();
});
