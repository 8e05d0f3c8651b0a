/* One intake of a directory, to “safe”, while people sign in: node sign-in-child.ts SOURCE STATE PEOPLE; prints JSON, times in ms. */
import { Argon2Hasher } from '#adapters/argon2/argon2-hasher';
import { loadCommonPasswords } from '#adapters/common-passwords';
import { DirectoryVolume } from '#adapters/directory-dock/directory-volume';
import { signInParts } from '#desk/sign-in/parts';
import { signIn } from '#desk/sign-in/sign-in';
import { STATION } from '#domain/custody/actor';
import { PasswordSet } from '#domain/custody/sign-in-entries';
import { subject } from '#domain/custody/subject';
import { newId } from '#domain/ids';
import { benchStation } from './bench-station.ts';

const [root = '', state = '', people = '0'] = process.argv.slice(2);
const PASSWORD = 'correct horse battery';
const station = await benchStation(state, { sm3: false, seal: true });
const { ledger } = station;
const hasher = new Argon2Hasher();
const clock = { nowMs: () => Date.now() };
const parts = signInParts(
  { limits: { idleMs: 1_800_000, wholeMs: 43_200_000 }, totpRoles: [], hasher, commonPasswords: loadCommonPasswords },
  { ...clock, monotonicMs: () => performance.now() },
);
const deps = { ledger, clock, signIn: parts, facts: { stationId: 'bench1', stationName: 'bench' } };
// Both sides start the thread and have the users, so that only the storm itself makes them differ.
const phc = await hasher.hash(PASSWORD);
const accounts = Array.from({ length: 200 }, (_, n) => `user${n}`);
await ledger.transaction(async (writer) => {
  for (const account of accounts) {
    const atMs = clock.nowMs();
    const id = newId('usr', atMs, 'bench1');
    await writer.people.upsertUser({
      ...{ id, account, name: account, officer: null, unit: null, roles: ['officer'], state: 'active', createdAtMs: atMs },
    });
    await writer.signIn.setPassword(id, phc, atMs);
    await writer.custody.append(PasswordSet.make({ atMs, actor: STATION, subject: subject('user', id), data: { how: 'cli' } }));
  }
});
const limits = { filesMax: 100_000, depthMax: 4, fileBytesMax: 2 ** 50 };
// What waits for its turn must not let the process end.
const alive = setInterval(() => undefined, 1000);
const begun = performance.now();
const docking = await station.dock(new DirectoryVolume({ root, label: 'bench', limits }), 1);
const waits: number[] = [];
const storm = accounts.slice(0, Number(people)).map(async (account) => {
  await signIn(deps, { account, password: PASSWORD, from: { address: '10.0.0.1', agent: null }, present: null });
  waits.push(performance.now() - begun);
});
await docking.safe;
const elapsedMs = performance.now() - begun;
const during = waits.length;
await Promise.all(storm);
clearInterval(alive);
await hasher.close();
await station.close();
console.log(JSON.stringify({ elapsedMs, during, lastMs: waits.at(-1) ?? 0 }));
