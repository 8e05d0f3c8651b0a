import { isFailure } from '#domain/errors';
import { fingerprint, usbPoints } from '#domain/fingerprint';
import { chooseDriver } from '#domain/recognise';
import type { Arrival } from '#ports/dock';
import type { RecorderDriver, RecorderHints, Volume, VolumeEntry } from '#ports/recorder-driver';

const SAMPLE_MAX = 500;

export interface Recognition {
  readonly driver: RecorderDriver;
  readonly score: number;
  readonly why: readonly string[];
  /** Some driver knows it; false: the fallback would take it because nobody else does. */
  readonly known: boolean;
  /** For `slots --explain`: what the port told, what every driver said, what came of it. */
  readonly explain: readonly string[];
  readonly sample: readonly VolumeEntry[];
}

/** Whose recorder it is, from the bus and the layout. Throws recorder.* if the volume cannot even be listed. */
export async function recogniseArrival(
  arrival: Arrival,
  drivers: readonly RecorderDriver[],
  fallback: RecorderDriver,
  signal?: AbortSignal,
): Promise<Recognition> {
  const sample = await sampleOf(arrival.volume, signal);
  const hints = hintsOf(arrival);
  const candidates = drivers.map((driver) => {
    const said = fingerprint(driver.match(sample, hints), usbPoints(driver.usb ?? [], hints), sample.length);
    return { id: driver.id, title: driver.title, ...said };
  });
  const choice = chooseDriver(candidates, fallback.id);
  const driver = drivers.find((each) => each.id === choice.id) ?? fallback;
  const said = candidates
    .filter(({ id }) => id !== fallback.id)
    .sort((a, b) => b.score - a.score)
    .map(
      ({ id, title, score, why }) =>
        `${id} (${title}): ${score} of 100${why.length > 0 ? `: ${why.join('; ')}` : ': nothing speaks for it'}`,
    );
  const { known } = choice;
  const verdict = known || arrival.vendorId === null ? `taken for ${driver.id}` : `no driver knows it`;
  return {
    driver,
    score: choice.score,
    why: choice.why,
    known,
    sample,
    explain: [...portFacts(arrival), ...said, driver === fallback ? `${verdict}: ${choice.why.join('; ')}` : verdict],
  };
}

function hintsOf(arrival: Arrival): RecorderHints {
  const { vendorId, productId, serial, manufacturer, product, volume } = arrival;
  return { vendorId, productId, serial, label: volume.label, manufacturer, product };
}

function portFacts({ facts, vendorId, productId, manufacturer, product, serial, volume, port, hub }: Arrival): readonly string[] {
  if (facts.length > 0) return facts;
  const ids = vendorId === null ? [] : [`USB ids ${vendorId}:${productId ?? '?'}`];
  const texts = [manufacturer, product].filter((text) => text !== null);
  return [
    `port ${port}${hub === null ? '' : ` on hub ${hub}`}`,
    ...ids,
    ...(texts.length > 0 ? [`calls itself ${texts.join(' ')}`] : []),
    ...(serial === null ? [] : [`serial ${serial}`]),
    ...(volume.label === null ? [] : [`volume ${volume.label}`]),
  ];
}

async function sampleOf(volume: Volume, signal: AbortSignal | undefined): Promise<VolumeEntry[]> {
  const sample: VolumeEntry[] = [];
  try {
    for await (const item of volume.list(signal)) {
      if ('code' in item) continue;
      sample.push(item);
      if (sample.length >= SAMPLE_MAX) break;
    }
  } catch (error) {
    // What can be read of it says whose it is; the listing will say what cannot.
    if (!isFailure(error, 'recorder.unreadable') || sample.length === 0) throw error;
  }
  return sample;
}
