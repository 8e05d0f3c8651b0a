import { LocalScratch } from '#adapters/disk/local-scratch';
import type { MarkedParts } from '#desk/marked/parts';
import { MarkPlaces } from '#desk/marked/places';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { StationContext } from './context.ts';
import { mediaSettings } from './work-stages.ts';

const notServed = () => Promise.reject(new EvidockError('station.not-running', because('not-started', {})));

/** Copies with a mark are for those who come over the network: a command that opens no network makes none, and starts sooner without ffmpeg's parts. */
export async function openMarking({ config, places }: StationContext, serves: boolean): Promise<MarkedParts> {
  const none = { recipe: '', check: notServed, make: notServed };
  if (!serves) return { copies: none, places: new MarkPlaces() };
  const { FfmpegMarkedCopies } = await import('#adapters/ffmpeg/marked-copies');
  const copies = new FfmpegMarkedCopies({ settings: mediaSettings(config), scratch: new LocalScratch(places.scratch) });
  return { copies, places: new MarkPlaces() };
}
