import { Readable } from 'node:stream';
import Type from 'typebox';
import { asEvidockError } from '#domain/errors';
import { ingestDirectory, reportDocking } from './dockings.ts';
import { changeOrTry } from './dry-run.ts';
import { Presenter } from './present.ts';
import { countRederive, startRederive } from './rederive.ts';
import { RawAnswer, type Route, route } from './route.ts';
import { closed, DockingJson, Limit, Name, nullable, oneOf, WorkJson } from './schemas.ts';
import { mustHaveRecording } from './tagging.ts';
import { Verification, verifyRequestOf } from './verify.ts';

const HEARTBEAT_MS = 2000;

const Stage = oneOf(['derive', 'archive']);

const dockingRoutes: readonly Route[] = [
  route({
    method: 'GET',
    url: '/api/v1/dockings',
    access: 'viewer',
    summary: 'Dockings, newest first',
    custody: null,
    schema: {
      querystring: closed({ open: Type.Optional(Type.Boolean()), limit: Type.Optional(Limit) }),
      response: Type.Array(DockingJson),
    },
    handle: async ({ deps: { ledger, facts } }, { query }) => {
      const presenter = new Presenter(facts.timezone);
      return (await ledger.dockings({ openOnly: query.open ?? false, limit: query.limit ?? 100 })).map((docking) =>
        presenter.docking(docking),
      );
    },
  }),
  route({
    method: 'GET',
    url: '/api/v1/dockings/:id',
    access: 'viewer',
    summary: 'One docking: progress, what was refused, its recordings, and the work that is left for them',
    custody: null,
    schema: {
      params: closed({ id: Name(64) }),
      response: Type.Object({
        docking: DockingJson,
        progress: Type.Object({
          listed: Type.Integer(),
          copied: Type.Integer(),
          sealed: Type.Integer(),
          bytes: Type.Integer(),
          listedBytes: Type.Integer({ description: 'Still on the recorder only.' }),
          sealedBytes: Type.Integer(),
        }),
        refusals: Type.Array(Type.Object({ cardPath: Type.String(), code: Type.String(), detail: Type.String() })),
        recordings: Type.Array(Type.Object({ id: Type.String(), damaged: Type.Boolean() })),
        pending: Type.Array(WorkJson),
      }),
    },
    handle: async ({ deps }, { params }) => {
      const presenter = new Presenter(deps.facts.timezone);
      const { docking, pending, ...rest } = await reportDocking(deps, params.id);
      return { ...rest, docking: presenter.docking(docking), pending: pending.map((work) => presenter.work(work)) };
    },
  }),
  route({
    method: 'POST',
    url: '/api/v1/dockings',
    access: 'operator',
    summary: 'Docks a directory of the station',
    custody: 'docking.arrived',
    schema: {
      body: closed({
        directory: Type.String({ minLength: 1, maxLength: 4096 }),
        slot: Type.Optional(nullable.integer()),
        serial: Type.Optional(nullable.text()),
        clockOffsetMs: Type.Optional(nullable.integer()),
      }),
      response: Type.Object({ dockingId: Type.String() }),
    },
    handle: async ({ deps }, { body }) => ({ dockingId: await ingestDirectory(deps, body) }),
  }),
  route({
    method: 'POST',
    url: '/api/v1/dockings/:id/removal',
    access: 'operator',
    summary: 'Ends the stay of a directory that was docked by request',
    custody: 'docking.removed',
    schema: { params: closed({ id: Name(64) }), response: Type.Object({ dockingId: Type.String() }) },
    handle: async ({ deps }, { params }) => {
      await reportDocking(deps, params.id);
      await deps.undock(params.id);
      return { dockingId: params.id };
    },
  }),
];

const jobRoutes: readonly Route[] = [
  route({
    method: 'GET',
    url: '/api/v1/jobs',
    access: 'viewer',
    summary: 'Work that was or is to be done',
    custody: null,
    schema: {
      querystring: closed({
        stage: Type.Optional(Stage),
        state: Type.Optional(oneOf(['waiting', 'running', 'done', 'failed'])),
        recording: Type.Optional(Name(64)),
        limit: Type.Optional(Limit),
      }),
      response: Type.Array(WorkJson),
    },
    handle: async ({ deps: { ledger, facts } }, { query }) => {
      const presenter = new Presenter(facts.timezone);
      const found = await ledger.listWork({
        limit: query.limit ?? 100,
        ...(query.stage === undefined ? {} : { stage: query.stage }),
        ...(query.state === undefined ? {} : { state: query.state }),
        ...(query.recording === undefined ? {} : { recordingId: query.recording }),
      });
      return found.map((work) => presenter.work(work));
    },
  }),
  route({
    method: 'POST',
    url: '/api/v1/jobs/retry',
    access: 'operator',
    summary: 'Makes failed work wait again, and hurries what backs off; `dryRun` only tells how much that would be',
    custody: null,
    schema: {
      body: closed({ stage: Type.Optional(Stage), recording: Type.Optional(Name(64)), dryRun: Type.Optional(Type.Boolean()) }),
      response: Type.Object({ retried: Type.Integer() }),
    },
    handle: async ({ deps }, { body }) => {
      const { ledger, clock, pokeWork } = deps;
      if (body.recording !== undefined) await mustHaveRecording(ledger, body.recording);
      const filter = { ...(body.stage ? { stage: body.stage } : {}), ...(body.recording ? { recordingId: body.recording } : {}) };
      const { dryRun = false } = body;
      const retried = await changeOrTry(ledger, dryRun, (writer) => writer.retryFailedWork(filter, clock.nowMs()));
      if (!dryRun) pokeWork();
      return { retried };
    },
  }),
  route({
    method: 'POST',
    url: '/api/v1/derivatives/again',
    access: 'operator',
    summary: "Has derivatives made again by today's recipes, at the lowest priority; `count` only tells how many that would be",
    custody: 'recording.derive-again',
    schema: {
      body: closed({
        failed: Type.Optional(Type.Boolean()),
        recipe: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
        recordings: Type.Optional(Type.Array(Name(64), { minItems: 1, maxItems: 1000 })),
        count: Type.Optional(Type.Boolean()),
      }),
      response: Type.Object({ recordings: Type.Integer(), bytes: Type.Integer(), started: Type.Boolean() }),
    },
    handle: async ({ deps }, { body: { count, ...request }, actor }) => {
      if (count) return { ...(await countRederive(deps, request)), started: false };
      return { ...(await startRederive(deps, request, actor)), started: true };
    },
  }),
  route({
    method: 'POST',
    url: '/api/v1/verify',
    access: 'operator',
    summary: 'Reads everything again and compares it with what was sealed; answers in lines of JSON, the last is the summary',
    custody: 'recording.verified',
    produces: 'application/x-ndjson',
    schema: {
      body: closed({
        recording: Type.Optional(Name(64)),
        vault: Type.Optional(Type.Boolean()),
        archive: Type.Optional(Type.Boolean()),
        log: Type.Optional(Type.Boolean()),
      }),
    },
    handle: async ({ deps }, { body, actor, signal }) => {
      const request = verifyRequestOf(deps, body);
      if (request.recording !== null) await mustHaveRecording(deps.ledger, request.recording);
      const lines = linesOf(new Verification({ deps, request, actor, signal }), signal);
      return new RawAnswer(
        200,
        { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' },
        Readable.from(lines, { objectMode: false }),
      );
    },
  }),
];

/** Lines of JSON. A large file is no reason to fall silent; an error in the midst is the last line, for the status has been sent long ago. */
async function* linesOf(verification: Verification, signal: AbortSignal): AsyncGenerator<string> {
  const lines = verification.run();
  try {
    let next = lines.next();
    for (;;) {
      const { promise: heartbeat, resolve } = Promise.withResolvers<null>();
      const timer = setTimeout(resolve, HEARTBEAT_MS, null);
      const step = await Promise.race([next, heartbeat]).finally(() => clearTimeout(timer));
      if (step?.done) return;
      if (step) next = lines.next();
      yield `${JSON.stringify(step?.value ?? verification.progress())}\n`;
    }
  } catch (error) {
    if (signal.aborted) return;
    const { code, message, remedy, detail } = asEvidockError(error);
    yield `${JSON.stringify({ type: 'error', code, message, remedy, detail })}\n`;
  }
}

export const workRoutes: readonly Route[] = [...dockingRoutes, ...jobRoutes];
