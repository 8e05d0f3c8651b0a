import { pageOf as pageSchema } from '#api/common';
import { RecordingParams } from '#api/recordings';
import {
  AdoptScheduleBody,
  CorrectionJson,
  CorrectionParams,
  CorrectionsQuery,
  DecideCorrectionBody,
  DryRunLineJson,
  EndScheduleBody,
  ProposeCorrectionBody,
  ProposeScheduleBody,
  RetentionJson,
  SCHEDULE_BODY_BYTES_MAX,
  ScheduleJson,
  ScheduleParams,
  SchedulesQuery,
  ScheduleTextJson,
  TermJson,
} from '#api/retention/retention';
import type { DeskDeps } from '#desk/deps';
import { decideCorrection, mustHaveCorrection, proposeCorrection } from '#desk/retention/corrections';
import { type DryRunLine, dryRun } from '#desk/retention/dry-run';
import { explainRecording } from '#desk/retention/explain';
import { adoptSchedule, type Deciding, endSchedule, mustHaveSchedule, proposeSchedule, SCHEDULES_MAX } from '#desk/retention/versions';
import { mustHaveRecording } from '#desk/tagging';
import type { Actor } from '#domain/custody/actor';
import { EvidockError, isFailure } from '#domain/errors';
import { because } from '#domain/reason';
import { numberAfter, pageGoingOn, shownPage } from '#serve/pages';
import type { Principal } from '#serve/principal';

import { shownCorrection, shownDryRun, shownRules, shownSchedule, shownTerm } from '#serve/retention/present';
import { Created, command, LinesAnswer, query, type Route } from '#serve/route';

/** The person behind a request, whichever way they came: a token of theirs is them, and all who act on the machine are one. */
function decidingOf({ kind, asker }: Principal, actor: Actor): Deciding {
  return { actor, person: kind === 'cli' ? 'machine' : asker.id };
}

/** A file that somebody sends is their mistake, not the station's. */
async function sent<T>(body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    if (isFailure(error, 'config.invalid')) throw new EvidockError('request.invalid', error.reason, error);
    throw error;
  }
}

const correcting = ({ ledger, clock, facts, retention }: DeskDeps) => ({
  ...{ ledger, clock, stationId: facts.stationId, shelf: retention.shelf },
});

const scheduleRoutes: readonly Route[] = [
  query({
    url: '/api/v1/retention',
    needs: 'read-schedules',
    reads: 'station',
    summary: 'The schedule in force, the one that waits, and how many terms are being counted',
    schema: { response: RetentionJson },
    handle: async ({ deps }) => {
      const { retention } = deps.ledger;
      const [inForce, adopted] = [await retention.inForce(), await retention.adopted()];
      const waiting = await retention.schedules({ state: 'proposed', limit: SCHEDULES_MAX });
      const stale = inForce || adopted ? await retention.staleCount() : 0;
      return {
        inForce: inForce && (await shownSchedule(inForce, deps)),
        adopted: adopted && (await shownSchedule(adopted, deps)),
        waiting: waiting.length,
        stale,
      };
    },
  }),
  query({
    url: '/api/v1/retention/schedules',
    needs: 'read-schedules',
    reads: 'station',
    summary: 'Versions of the schedule, newest first',
    schema: { querystring: SchedulesQuery, response: pageSchema(ScheduleJson) },
    handle: async ({ deps }, { query: asked }) =>
      shownPage({
        list: 'versions of the schedule',
        query: asked,
        read: ({ limit, after }) =>
          deps.ledger.retention.schedules({ limit, ...(asked.state ? { state: asked.state } : {}), ...numberAfter(after) }),
        keyOf: ({ version }) => String(version),
        show: (version) => shownSchedule(version, deps),
      }),
  }),
  query({
    url: '/api/v1/retention/schedules/:version',
    needs: 'read-schedules',
    summary: 'One version of the schedule, its file, and what its dry run found',
    schema: { params: ScheduleParams, response: ScheduleTextJson },
    handle: async ({ deps }, { params: { version } }) => {
      const found = await mustHaveSchedule(deps.ledger, version);
      const run = await deps.ledger.retention.dryRun(version);
      return {
        ...(await shownSchedule(found, deps)),
        ...shownRules(found, deps),
        text: found.text,
        dryRun: run && (await shownDryRun(run, deps)),
      };
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/retention/schedules',
    needs: 'manage-retention',
    reads: 'station',
    summary: 'Proposes a schedule; it changes nothing before a second person has adopted it',
    custody: ['retention.proposed'],
    creates: 'always',
    bodyBytesMax: SCHEDULE_BODY_BYTES_MAX,
    schema: { body: ProposeScheduleBody, response: ScheduleJson },
    handle: ({ deps }, { body: { text }, principal, actor }) =>
      sent(async () => {
        const { ledger, clock, retention } = deps;
        const made = await proposeSchedule({ ledger, clock, read: retention.read }, { text, by: decidingOf(principal, actor) });
        return new Created(`/api/v1/retention/schedules/${made.version}`, await shownSchedule(made, deps));
      }),
  }),
  command({
    method: 'POST',
    url: '/api/v1/retention/schedules/:version/dry-run',
    needs: 'manage-retention',
    reads: 'station',
    summary:
      'Tries a proposed schedule on every recording; answers in lines of JSON, the last has the digest. What is broken off leaves nothing',
    custody: ['retention.dry-run'],
    transactions: 'several',
    produces: 'application/x-ndjson',
    schema: { params: ScheduleParams, line: DryRunLineJson },
    handle: async ({ deps }, { params: { version }, actor, signal }) => {
      const { ledger, clock, retention } = deps;
      await mustHaveSchedule(ledger, version);
      if (!retention.dryRuns.begin()) throw new EvidockError('request.conflict', because('dry-run-busy', {}));
      const { shelf, waitingDays, tally } = retention;
      const lines = dryRun({ ledger, clock, shelf, waitingDays, tally }, { version, actor, signal });
      return linesOf(lines, () => retention.dryRuns.end());
    },
  }),
  command({
    method: 'POST',
    url: '/api/v1/retention/schedules/:version/adoption',
    needs: 'adopt-retention',
    reads: 'station',
    summary: 'Adopts a proposal of somebody else whose dry run was read; it comes into force after a waiting period',
    custody: ['retention.adopted'],
    schema: { params: ScheduleParams, body: AdoptScheduleBody, response: ScheduleJson },
    handle: async ({ deps }, { params, body: { digest }, principal, actor }) => {
      const { ledger, clock, retention } = deps;
      const adopting = { ledger, clock, waitingDays: retention.waitingDays };
      return shownSchedule(await adoptSchedule(adopting, { ...params, digest, by: decidingOf(principal, actor) }), deps);
    },
  }),
  ending('refusal', 'adopt-retention', 'Refuses a proposal, or takes back a schedule that was adopted and is not in force yet'),
  ending('withdrawal', 'manage-retention', 'Takes back a proposal, or a schedule that was adopted and is not in force yet'),
];

function ending(name: 'refusal' | 'withdrawal', needs: 'adopt-retention' | 'manage-retention', summary: string): Route {
  return command({
    method: 'POST',
    url: `/api/v1/retention/schedules/:version/${name}`,
    ...{ needs, summary, reads: 'station' },
    custody: name === 'refusal' ? ['retention.refused', 'retention.withdrawn'] : ['retention.withdrawn'],
    schema: { params: ScheduleParams, body: EndScheduleBody, response: ScheduleJson },
    handle: async ({ deps }, { params, body: { reason = null }, actor }) =>
      shownSchedule(await endSchedule(deps, { ...params, how: name, reason, actor }), deps),
  });
}

/** The lines of a dry run. Between them, and while one takes long, the last progress is told. */
function linesOf(lines: AsyncGenerator<DryRunLine>, ended: () => void): LinesAnswer {
  let last: DryRunLine = { type: 'progress', recordings: 0, recordingsTotal: 0 };
  async function* told() {
    try {
      for await (const line of lines) {
        if (line.type === 'result') yield { type: line.type, version: line.version, digest: line.digest };
        else last = line;
      }
    } finally {
      ended();
    }
  }
  return new LinesAnswer(told(), () => last);
}

const termRoutes: readonly Route[] = [
  query({
    url: '/api/v1/recordings/:id/retention',
    needs: { of: 'recording', action: 'see' },
    reads: 'station',
    summary: 'Until when a recording is kept, by which rules, and why, in both languages',
    schema: { params: RecordingParams, response: TermJson },
    handle: async ({ deps }, { params: { id } }) => shownTerm(await explainRecording(deps.ledger, deps.retention.shelf, id), deps),
  }),
  query({
    url: '/api/v1/retention/corrections',
    needs: 'see-retention',
    summary: 'Corrections of terms that were earned by an error, newest first',
    schema: { querystring: CorrectionsQuery, response: pageSchema(CorrectionJson) },
    handle: async ({ deps }, { query: asked }) =>
      pageGoingOn({
        list: 'corrections',
        query: asked,
        read: async ({ limit, after }) => {
          const found = await deps.ledger.retention.corrections({
            limit,
            ...(asked.state ? { state: asked.state } : {}),
            ...numberAfter(after),
          });
          const last = found.at(-1);
          return {
            items: await Promise.all(found.map((each) => shownCorrection(each, deps))),
            next: last === undefined || found.length < limit ? null : String(last.number),
          };
        },
      }),
  }),
  command({
    method: 'POST',
    url: '/api/v1/retention/corrections',
    needs: 'manage-retention',
    reads: 'station',
    names: (seen, { body: { recording } }) => mustHaveRecording(seen, recording),
    summary: 'Says that a recording earned its term by an error; a second person decides',
    custody: ['retention.correction-proposed'],
    creates: 'always',
    schema: { body: ProposeCorrectionBody, response: CorrectionJson },
    handle: async ({ deps }, { body: { recording, reason }, principal, actor }) => {
      const by = decidingOf(principal, actor);
      const made = await proposeCorrection(correcting(deps), { recordingId: recording, reason, by });
      return new Created(`/api/v1/retention/corrections/${made.number}`, await shownCorrection(made, deps));
    },
  }),
  command({
    method: 'PUT',
    url: '/api/v1/retention/corrections/:number/decision',
    needs: 'approve-correction',
    reads: 'station',
    names: async (seen, { params: { number } }, whole) => mustHaveRecording(seen, (await mustHaveCorrection(whole, number)).recordingId),
    summary: 'Approves or refuses a correction of somebody else; what is locked in the archive is not touched',
    custody: ['retention.corrected', 'retention.correction-refused', 'retention.counted'],
    schema: { params: CorrectionParams, body: DecideCorrectionBody, response: CorrectionJson },
    handle: async ({ deps }, { params: { number }, body: { decision }, principal, actor }) => {
      const deciding = { number, approve: decision === 'approved', by: decidingOf(principal, actor) };
      return shownCorrection(await decideCorrection(correcting(deps), deciding), deps);
    },
  }),
];

/** Routes of schedules, and of what they make of recordings. */
export const retentionRoutes: readonly Route[] = [...scheduleRoutes, ...termRoutes];
