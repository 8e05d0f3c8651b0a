// Goal: a custodian is told what came in and how it went, within what they may see. Method: a served station with recordings; all, and a narrow scope.

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildServer } from '#serve/server';
import { openTo } from '#test/support/principals';
import { type ServedStation, servedStation } from '#test/support/served-station';

let station: ServedStation;
beforeAll(async () => {
  station = await servedStation();
  for (const officerId of ['7', '8', null]) await station.addRecording(randomBytes(40), { officerId });
});
afterAll(() => station?.close());

async function asked(query = '', scope: Parameters<typeof openTo>[0] = 'all') {
  const app = buildServer({ deps: station.deps, way: 'network', ...openTo(scope) });
  const answer = await app.inject(`/api/v1/figures${query}`);
  await app.close();
  return answer;
}

it('tells every day of the span, what is not archived, and what the disk has', async () => {
  const figures = (await asked('?days=3')).json();
  expect(figures.days.length).toBe(3);
  const sum = figures.days.reduce((all: number, { recordings }: { recordings: number }) => all + recordings, 0);
  expect(sum).toBe(3);
  expect(figures.delays).toMatchObject({ limitHours: 24, untimed: 0 });
  expect(figures.delays.inTime + figures.delays.late).toBe(3);
  expect(figures.work.notArchived).toBe(3);
  expect(figures.space).toMatchObject({ bytesPerDay: null });
});

it('counts what a narrow scope lets see alone', async () => {
  const figures = (await asked('', { officers: ['7'], units: [], cases: [], recordings: [] })).json();
  expect(figures.days.length).toBe(30);
  expect(figures.days.reduce((all: number, { recordings }: { recordings: number }) => all + recordings, 0)).toBe(1);
  expect(figures.work.notArchived).toBe(1);
});

it('refuses a span that is too long', async () => {
  expect((await asked('?days=367')).statusCode).toBe(400);
});
