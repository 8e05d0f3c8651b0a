import type { World } from './world.ts';

const DAY_MS = 86_400_000;
/** A fault has to be found within the period of its place, and healed with the next turns. What was read while the clock was in doubt is read again first. */
const FOUND_MS: Readonly<Record<string, number>> = { vault: 90 * DAY_MS + 60 * DAY_MS, other: 180 * DAY_MS + 60 * DAY_MS };
const ASKED = 20;

/** What has to be so after each thing that happened. Throws what is not. */
export async function checkGone(world: World): Promise<void> {
  const { auditor, oracle } = world;
  const prefixes = new Map(auditor.originals().map(({ recording, key }) => [recording, key.slice(0, key.lastIndexOf('/'))]));
  for (const row of auditor.rows("SELECT id FROM recordings WHERE state = 'disposed'")) {
    const id = String(row['id']);
    const known = oracle.recordings.get(id);
    if (!known || known.gone) continue;
    if (world.offsetMs !== 0) throw new Error(`${id} was destroyed while the clock was in doubt`);
    if (oracle.isHeld(id)) throw new Error(`${id} was destroyed under a hold`);
    if (!oracle.mayGo(id, world.trueMs)) throw new Error(`${id} was destroyed before its minimum was over`);
    const faults = auditor.papersOf(id);
    if (faults.length > 0) throw new Error(`${id} was destroyed: ${faults.join(', ')}`);
    const left = await auditor.leftOf(prefixes.get(id) ?? '');
    if (left.length > 0) throw new Error(`${id} was destroyed, and this is left: ${left.join(', ')}`);
    known.gone = true;
    world.count('destroyed');
  }
}

/** What has to be so at the end of each day, when the daemon has done its work. Throws what is not. */
export async function checkDay(world: World, floors: Map<string, number>): Promise<void> {
  const { auditor } = world;
  const chain = auditor.chainFaults();
  if (chain.length > 0) throw new Error(chain.join('; '));
  await checkSpoilt(world);
  const differences = await auditor.differences(new Set(world.spoilt.keys()));
  if (differences.length > 0) throw new Error(`storage and ledger differ: ${differences.join('; ')}`);
  await checkBytes(world);
  await checkAnswers(world, floors);
  await checkLocks(world);
  checkDisturbed(world);
  checkDuties(world);
}

/** What is healed, or withdrawn, is not spoilt any more; what stays so for longer than a period was not found. */
async function checkSpoilt(world: World): Promise<void> {
  const { auditor, spoilt } = world;
  if (spoilt.size === 0) return;
  const places = { vault: auditor.inVault(), [auditor.place]: await auditor.second.originals() };
  const sealed = new Map(auditor.originals().map(({ key, sha256 }) => [key, sha256]));
  const halted = new Set(auditor.rows('SELECT place FROM scrub_orders WHERE halted_at IS NOT NULL').map(({ place }) => String(place)));
  for (const [name, { sinceMs, doubtMs, recording }] of spoilt) {
    const [place = '', key = ''] = name.split(' ');
    // It was disposed of, or evicted, or withdrawn until it is archived again.
    const gone = auditor.rows('SELECT 1 FROM copies WHERE place = ? AND key = ?', place, key).length === 0 && !places[place]?.has(key);
    if (gone || (places[place]?.get(key) ?? []).includes(sealed.get(key) ?? '')) {
      spoilt.delete(name);
      world.count(gone ? 'spoilt and gone' : 'healed');
    } else if (!halted.has(place) && world.trueMs - sinceMs > (FOUND_MS[place] ?? FOUND_MS['other'] ?? 0) + 2 * (world.doubtMs - doubtMs))
      throw new Error(
        `${name} of ${recording} was spoilt ${Math.round((world.trueMs - sinceMs) / DAY_MS)} days ago, and nobody has found it`,
      );
  }
  for (const place of halted) if (world.chance(2)) await world.must('scrub', { place, order: 'confirm' });
}

/** What must be kept is in one place at least, with the bytes that were on the card. */
async function checkBytes(world: World): Promise<void> {
  const { auditor, oracle } = world;
  const [inVault, inSecond] = [auditor.inVault(), await auditor.second.originals()];
  const underWay = new Set(
    auditor
      .rows(
        "SELECT recording_id FROM disposal_items i JOIN disposals d ON d.id = i.disposal_id WHERE i.state = 'listed' AND d.state IN ('running', 'halted') AND d.approved_by IS NOT NULL",
      )
      .map(({ recording_id }) => String(recording_id)),
  );
  for (const { recording, key } of auditor.originals()) {
    const known = oracle.recordings.get(recording);
    if (!known || known.gone) continue;
    const held = [...(inVault.get(key) ?? []), ...(inSecond.get(key) ?? [])];
    if (!held.includes(known.sha256) && !underWay.has(recording))
      throw new Error(`${recording}: its bytes are nowhere, and nobody decided that`);
  }
}

/** The station's own answers about holds and terms, against the oracle. */
async function checkAnswers(world: World, floors: Map<string, number>): Promise<void> {
  const { oracle, auditor } = world;
  const all = oracle.there.map(({ id }) => id);
  const asked = new Set([...all.slice(-ASKED), ...Array.from({ length: Math.min(ASKED, all.length) }, () => world.pick(all))]);
  const originals = new Map(auditor.originals().map((each) => [each.recording, each]));
  const archived = new Set(
    auditor.rows('SELECT recording_id FROM copies WHERE place = ?', auditor.place).map(({ recording_id }) => String(recording_id)),
  );
  for (const { id, held, unmirrored, floorMs } of await world.must('standing', { ids: [...asked] })) {
    if (held !== oracle.isHeld(id)) throw new Error(`${id}: the station says ${held ? 'held' : 'not held'}`);
    if (unmirrored) throw new Error(`${id}: the storage was not told of its holds`);
    const inStorage =
      (await auditor.second.refusesUntil(originals.get(id)?.key ?? '', originals.get(id)?.sha256 ?? '')) === Number.POSITIVE_INFINITY;
    if (archived.has(id) && inStorage !== held)
      throw new Error(`${id}: the ledger says ${held ? 'held' : 'not held'}, the storage ${inStorage}`);
    if (floorMs < (floors.get(id) ?? 0)) throw new Error(`${id}: what it has earned has fallen`);
    floors.set(id, floorMs);
    world.count('asked');
  }
  const { ids } = await world.must('due', {});
  if (world.offsetMs !== 0) return;
  for (const id of ids) {
    if (world.trueMs < oracle.minimumEndMs(id)) throw new Error(`${id} is due, and its minimum is not over`);
    world.count('due');
  }
}

/** What is archived and must be kept is locked in the storage now. */
async function checkLocks(world: World): Promise<void> {
  const { auditor, oracle } = world;
  if (!oracle.schedule?.locks || world.offsetMs !== 0) return;
  for (const row of auditor.rows(
    'SELECT c.recording_id, c.key, o.sha256 FROM copies c JOIN originals o ON o.id = c.item_id WHERE c.place = ?',
    auditor.place,
  )) {
    const [id, key, sealed] = [String(row['recording_id']), String(row['key']), String(row['sha256'])];
    if (oracle.recordings.get(id)?.gone !== false || oracle.minimumEndMs(id) < world.trueMs + 2 * DAY_MS) continue;
    const untilMs = await auditor.second.refusesUntil(key, sealed);
    if (untilMs <= world.trueMs)
      throw new Error(`${id}: its minimum is not over, and the storage refuses nothing since ${new Date(untilMs).toISOString()}`);
    world.count('locked');
    // The owner of the bucket tries it, now and then. Days go on in a storage, so its last ones are left out.
    if (!auditor.second.refuses || untilMs < world.storageMs + 10 * DAY_MS || !world.chance(4)) continue;
    if (!(await auditor.second.refuses(key, sealed)))
      throw new Error(`${id}: its minimum is not over, and the storage let it be destroyed`);
    world.count('refused by the storage');
  }
}

/** What hides an object in the bucket, or lies over it, is found by the next comparison. */
function checkDisturbed(world: World): void {
  const { auditor, disturbed } = world;
  for (const [key, how] of disturbed) {
    const found = auditor.rows('SELECT kind FROM archive_findings WHERE key = ?', key).map(({ kind }) => String(kind));
    if (!found.some((kind) => ['hidden', 'overwritten'].includes(kind)))
      throw new Error(`${key} was disturbed (${how}), and nobody has found it`);
    disturbed.delete(key);
    world.count('found in the bucket');
  }
}

/** Nothing is past its maximum, no hold past its review, and no clock in doubt, without a duty. */
function checkDuties(world: World): void {
  const { auditor, oracle } = world;
  if (world.offsetMs !== 0) {
    if (!auditor.dutiesAbout('clock', 'station').includes('station-clock')) throw new Error('the clock is in doubt, and nobody is told');
    return;
  }
  for (const { id } of oracle.there) {
    if (!oracle.isPastMaximum(id, world.trueMs)) continue;
    const kinds = auditor.dutiesAbout('recording', id);
    if (!kinds.some((kind) => ['retention-conflict', 'retention-overdue'].includes(kind)))
      throw new Error(`${id} is past its maximum, and nobody is told (${kinds.join() || 'no duties'})`);
    world.count('past maximum');
  }
  for (const { id, reviewMs, released } of oracle.holds)
    if (!released && world.trueMs > reviewMs + DAY_MS && !auditor.dutiesAbout('hold', id).includes('hold-review'))
      throw new Error(`${id} is past its review, and nobody is told`);
}
