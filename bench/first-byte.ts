import { createReadStream } from 'node:fs';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import Fastify, { type FastifyInstance } from 'fastify';
import { stationGatekeeper } from '#desk/access/station-gatekeeper';
import { buildServer } from '#serve/server';
import { aUser } from '#test/support/builders';
import { signedInAs } from '#test/support/principals';
import { type ServedStation, servedStation } from '#test/support/served-station';
import { percentile } from './ledger.ts';
import type { Row } from './row.ts';

const RECORDINGS = 500;
const BYTES = 256 * 1024;
const RANGE = 65_535;
/** Set before measuring: what a person does not notice. */
const P99_MS_MAX = 50;
const AUDITOR = aUser({ id: 'usr-bench', account: 'bench', roles: ['auditor'] });

/** Milliseconds from the request to the first byte of its body. */
function firstByte(port: number, path: string): Promise<number> {
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const headers = { host: 'localhost', authorization: 'Bearer evd_bench', range: `bytes=0-${RANGE}` };
    const outgoing = request({ host: '127.0.0.1', port, path, agent: false, headers }, (answer) => {
      if (answer.statusCode !== 206) return void reject(new Error(`${path}: ${answer.statusCode}`));
      answer.once('data', () => {
        resolve(performance.now() - begun);
        answer.resume();
      });
    });
    outgoing.once('error', reject);
    outgoing.end();
  });
}

async function listening(app: FastifyInstance): Promise<number> {
  await app.listen({ host: '127.0.0.1', port: 0 });
  return (app.server.address() as AddressInfo).port;
}

/** Fastify and SQLite alone: one durable row, then the same bytes of the same file. Nobody is asked. */
function bare(directory: string, db: DatabaseSync): FastifyInstance {
  const app = Fastify({ logger: false });
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE looks (at INTEGER, what TEXT)');
  const insert = db.prepare('INSERT INTO looks VALUES (?, ?)');
  app.get('/*', (request, reply) => {
    insert.run(Date.now(), request.url);
    const path = join(directory, (request.params as { '*': string })['*']);
    return reply
      .code(206)
      .type('video/mp4')
      .send(createReadStream(path, { start: 0, end: RANGE }));
  });
  return app as unknown as FastifyInstance;
}

async function measured(station: ServedStation): Promise<{ ours: number[]; theirs: number[] }> {
  const { deps, ledger } = station;
  await ledger.transaction((writer) => writer.people.upsertUser(AUDITOR));
  const made: { id: string; key: string }[] = [];
  for (let n = 0; n < RECORDINGS; n += 1) made.push(await station.addRecording(Buffer.alloc(BYTES, n)));
  const person = async () => {
    const user = await ledger.people.user(AUDITOR.id);
    return signedInAs(user);
  };
  const app = buildServer({ deps, way: 'network', gatekeeper: { ...stationGatekeeper(deps), whoIs: person } });
  const db = new DatabaseSync(join(station.directory, 'bare.sqlite'));
  const reference = bare(join(station.directory, 'vault'), db);
  try {
    const [port, barePort] = [await listening(app), await listening(reference)];
    const [ours, theirs]: [number[], number[]] = [[], []];
    // Each recording once, so that each request is a look of its own with an entry of its own.
    for (const { id, key } of made) {
      ours.push(await firstByte(port, `/api/v1/recordings/${id}/playback?reason=supervision`));
      theirs.push(await firstByte(barePort, `/${key}`));
    }
    return { ours: ours.sort((a, b) => a - b), theirs: theirs.sort((a, b) => a - b) };
  } finally {
    await app.close();
    await reference.close();
    db.close();
  }
}

/** From the request to the first byte of footage: who asks, the decision, the entry on the disk, and the vault's file. */
export async function benchFirstByte(): Promise<readonly Row[]> {
  const station = await servedStation();
  try {
    const { ours, theirs } = await measured(station);
    const row = (part: number, name: string): Row => {
      const [mine, other] = [percentile(ours, part), percentile(theirs, part)];
      return {
        ...{ name: `first byte of footage, ${name}`, ours: mine, theirs: other, ratio: mine / other, unit: 'ms' },
        ...{ limit: part === 0.99 ? `≤ ${P99_MS_MAX} ms` : '—', ok: part !== 0.99 || mine <= P99_MS_MAX },
        note: `${RECORDINGS} recordings, one look each, range of 64 KiB over TCP; an auditor with a reason: user, scope, three decisions of the shipped policy and the durable entry. Beside it, in turn with it, bare Fastify commits one row with bare SQLite (WAL, synchronous FULL) and sends the same range`,
      };
    };
    return [row(0.5, 'p50'), row(0.99, 'p99')];
  } finally {
    await station.close();
  }
}
