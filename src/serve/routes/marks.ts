import { MarkBody, MarkJson, MarkParams, MarksJson } from '#api/marks';
import { RecordingParams } from '#api/recordings';
import { addMark, marksOf, type PlaceMark, removeMark } from '#desk/marks/marks';
import { mustHaveRecording } from '#desk/tagging';
import { type Actor, actorText } from '#domain/custody/actor';
import type { LedgerReader } from '#ports/ledger';
import { Presenter } from '#serve/present';
import { command, query, type Route } from '#serve/route';

/** Somebody who may look at a film may mark moments of it: that changes nothing of the film. */
const LOOK = { of: 'recording', action: 'look' } as const;
const USER = 'user:';

async function shown(
  { people }: Pick<LedgerReader, 'people'>,
  mark: PlaceMark,
  { actor, zone }: { readonly actor: Actor; readonly zone: string },
) {
  const { atMs, ...rest } = mark;
  const account = mark.by.startsWith(USER) ? mark.by.slice(USER.length) : null;
  const name = account === null ? null : ((await people.userByAccount(account))?.name ?? null);
  return { ...rest, name, own: mark.by === actorText(actor), at: new Presenter(zone).time(atMs) };
}

/** Routes of marked moments. */
export const markRoutes: readonly Route[] = [
  query({
    url: '/api/v1/recordings/:id/marks',
    needs: LOOK,
    summary: 'Moments of a recording that somebody marked, in order',
    schema: { params: RecordingParams, response: MarksJson },
    handle: async ({ deps: { ledger, facts } }, { params: { id }, actor }) => {
      await mustHaveRecording(ledger, id);
      const items = [];
      for (const mark of await marksOf(ledger, id)) items.push(await shown(ledger, mark, { actor, zone: facts.timezone }));
      return { items };
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/recordings/:id/marks',
    needs: LOOK,
    summary: 'Marks a moment of a recording, with words',
    custody: ['recording.place-marked'],
    schema: { params: RecordingParams, body: MarkBody, response: MarkJson },
    handle: async ({ deps }, { params: { id }, body, actor }) =>
      shown(deps.ledger, await addMark(deps, id, body, actor), { actor, zone: deps.facts.timezone }),
  }),
  command({
    method: 'DELETE',
    url: '/api/v1/recordings/:id/marks/:mark',
    needs: LOOK,
    summary: 'Takes a mark away again; who made it does',
    custody: ['recording.place-unmarked'],
    schema: { params: MarkParams },
    handle: async ({ deps }, { params: { id, mark }, actor }) => removeMark(deps, id, mark, actor),
  }),
];
