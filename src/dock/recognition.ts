import { compilePatterns } from '#domain/card/facts';
import type { Leftovers } from '#domain/card/leftovers';
import { shownPath } from '#domain/card/path';
import { isFailure } from '#domain/errors';
import { because, type Reason } from '#domain/reason';
import { fingerprint, usbPoints } from '#domain/recorder/fingerprint';
import { type Candidate, chooseDriver, withoutMinority } from '#domain/recorder/recognise';
import type { Arrival } from '#ports/dock';
import type { RecorderDriver, RecorderHints, Volume, VolumeEntry } from '#ports/recorder-driver';

const SAMPLE_MAX = 500;
/** At most so many files are walked for the sample, because leftovers and another camera's photos may come before the recorder's own files. */
const WALKED_MAX = 10_000;

export interface Recognition {
  readonly driver: RecorderDriver;
  readonly score: number;
  readonly why: readonly Reason[];
  /** Whether a driver knows the card; false: only the fallback would take it. */
  readonly known: boolean;
  /** For `slots --explain`: what the port told, what every driver said, and what was decided. */
  readonly explain: readonly Reason[];
  /** Files from all over the card, without leftovers; at most 500. */
  readonly sample: readonly VolumeEntry[];
  readonly candidates: readonly Candidate[];
}

/** Finds the family of an arrival's recorder, from the bus and the layout of the card. Throws recorder.* if the volume cannot be listed at all. */
export async function recogniseArrival(
  arrival: Arrival,
  drivers: readonly RecorderDriver[],
  { fallback, leftovers, signal }: { fallback: RecorderDriver; leftovers: Leftovers; signal?: AbortSignal | undefined },
): Promise<Recognition> {
  const sample = await sampleOf(arrival.volume, leftovers, signal);
  const candidates = scoreDrivers(drivers, sample, hintsOf(arrival));
  const choice = chooseDriver(candidates, fallback.id);
  const driver = drivers.find((each) => each.id === choice.id) ?? fallback;
  const said = candidates
    .filter(({ id }) => id !== fallback.id)
    .sort((a, b) => b.score - a.score)
    .map(({ id, title, score, why }) => {
      const whys = why.length > 0 ? why : [because('nothing-speaks', {})];
      return because('driver-says', { driver: id, title, score, whys });
    });
  const { known } = choice;
  const isTaken = known || arrival.vendorId === null;
  const verdict = isTaken ? because('taken-for', { driver: driver.id }) : because('no-driver', {});
  const verdictWhy = isTaken
    ? because('taken-for-why', { driver: driver.id, whys: choice.why })
    : because('no-driver-why', { whys: choice.why });
  return {
    driver,
    score: choice.score,
    why: choice.why,
    known,
    sample,
    candidates,
    explain: [...portFacts(arrival), ...said, driver === fallback ? verdictWhy : verdict],
  };
}

/** Scores of the drivers for a card, by its files without minorities (withoutMinority) and by printable names. */
export function scoreDrivers(
  drivers: readonly RecorderDriver[],
  sample: readonly VolumeEntry[],
  hints: RecorderHints,
): readonly (Candidate & { readonly title: string })[] {
  const shown = asShown(sample);
  return drivers.map((driver) => {
    const seen = withoutMinority(shown, compilePatterns(driver.patterns));
    const said = fingerprint(driver.match(seen, hints), usbPoints(driver.usb ?? [], hints), sample.length);
    const aside = shown.length - seen.length;
    const why = aside === 0 || said.score === 0 ? said.why : [...said.why, because('set-aside', { files: aside })];
    return { id: driver.id, title: driver.title, score: said.score, why };
  });
}

export function asShown(sample: readonly VolumeEntry[]): readonly VolumeEntry[] {
  return sample.map((entry) => ({ ...entry, path: shownPath(entry.path) }));
}

function hintsOf(arrival: Arrival): RecorderHints {
  const { vendorId, productId, serial, manufacturer, product, volume } = arrival;
  return { vendorId, productId, serial, label: volume.label, manufacturer, product };
}

function portFacts({ facts, vendorId, productId, manufacturer, product, serial, volume, port, hub }: Arrival): readonly Reason[] {
  if (facts.length > 0) return facts;
  const ids = vendorId === null ? [] : [because('usb-ids', { vendor: vendorId, product: productId ?? '?' })];
  const texts = [manufacturer, product].filter((text) => text !== null);
  return [
    hub === null ? because('at-port', { port }) : because('at-port-of-hub', { port, hub }),
    ...ids,
    ...(texts.length > 0 ? [because('calls-itself', { name: texts.join(' ') })] : []),
    ...(serial === null ? [] : [because('has-serial', { serial })]),
    ...(volume.label === null ? [] : [because('has-label', { label: volume.label })]),
  ];
}

/** Every file of a small card; of a large one each second, fourth, eighth and so on. So no folder speaks for the whole card because its name comes first. */
async function sampleOf(volume: Volume, leftovers: Leftovers, signal: AbortSignal | undefined): Promise<VolumeEntry[]> {
  let sample: VolumeEntry[] = [];
  let each = 1;
  let walked = 0;
  let own = 0;
  try {
    for await (const item of volume.list(signal)) {
      if ('code' in item) continue;
      walked += 1;
      if (walked > WALKED_MAX) break;
      // A file that somebody deleted or a repair found tells as little of the recorder as one that an operating system left.
      if (leftovers.placeOf(item.path) !== null) continue;
      own += 1;
      if (own % each !== 0) continue;
      sample.push(item);
      if (sample.length <= SAMPLE_MAX) continue;
      sample = sample.filter((_, place) => place % 2 === 1);
      each *= 2;
    }
  } catch (error) {
    // The files that can be listed tell the family. The listing will report what cannot.
    if (!isFailure(error, 'recorder.unreadable') || sample.length === 0) throw error;
  }
  return sample;
}
