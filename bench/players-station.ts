/*
 * A station that serves one film over TCP, in a process of its own: node players-station.ts PLAYERS MEBIBYTES. Prints {port, file} when it listens. At the end of
 * its input it stops and prints {looks}: how many of the players are on record.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { stationGatekeeper } from '#desk/access/station-gatekeeper';
import { buildServer } from '#serve/server';
import { aUser } from '#test/support/builders';
import { servedStation } from '#test/support/served-station';

const [players = 1, mebibytes = 1] = process.argv.slice(2).map(Number);
const station = await servedStation();
const { deps, ledger, directory } = station;
await ledger.transaction(async (writer) => {
  for (let n = 0; n < players; n += 1)
    await writer.people.upsertUser(aUser({ id: `usr-bench-${n}`, account: `bench${n}`, roles: ['auditor'] }));
});
const { id } = await station.addRecording(randomBytes(1024), {}, randomBytes(mebibytes * 1024 * 1024));
// The film went through memory only to be written: it must not count as memory of a station that serves.
setFlagsFromString('--expose-gc');
runInNewContext('gc')();
const { derivatives } = (await ledger.recordings.detail(id)) ?? { derivatives: [] };
const file = join(directory, 'vault', derivatives[0]?.vaultKey ?? '');

/** A bearer names who asks: nobody signs in here, everything behind that is real. */
async function personOf(bearer: string | undefined) {
  const user = await ledger.people.user((bearer ?? '').replace('evd_', ''));
  const none = { session: null, knownBy: 'password' as const, tokenScopes: null, tokenActions: null, slots: null };
  return user && { kind: 'user' as const, id: user.id, name: user.name, user, ...none };
}

const app = buildServer({
  ...{ deps, way: 'network' },
  gatekeeper: { ...stationGatekeeper(deps), whoIs: ({ bearer }) => personOf(bearer) },
});
await app.listen({ host: '127.0.0.1', port: 0 });
console.log(JSON.stringify({ port: (app.server.address() as AddressInfo).port, path: `/api/v1/recordings/${id}/playback`, file }));
process.stdin.resume();
await once(process.stdin, 'end');
await app.close();
const { entries } = await ledger.looks.answer({ recording: id, type: 'recording.viewed' }, { limit: players + 1, order: 'newest' });
await station.close();
console.log(JSON.stringify({ looks: entries.length }));
