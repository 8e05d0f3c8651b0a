import { because, type Reason } from '#domain/reason';
import type { UsbProfile } from './exchange.ts';

/*
 * How the bus and the card together speak for a driver. What a device says on the bus is a claim that anybody can make, and chip makers' ids are
 * shared by many families: so the bus confirms a layout, and never stands for one.
 */

const EXACT_POINTS = 25;
const VENDOR_POINTS = 10;
const STRING_POINTS = 5;
/** Most that the bus alone may give. A score this low is a weak match (recognise.ts), so a layout that no driver knows stays unknown. */
const ALONE_MAX = 30;
/** A recorder that holds nothing, known by its exact ids: enough to be named. */
const EMPTY_CARD_SCORE = 50;

/** What a port told; null where it did not. */
interface BusHints {
  readonly vendorId: string | null;
  readonly productId: string | null;
  readonly manufacturer: string | null;
  readonly product: string | null;
  readonly label: string | null;
}

export interface UsbPoints {
  readonly points: number;
  readonly why: readonly Reason[];
}

/** The profile that fits best: 25 for vendor and product, 10 for a vendor of whom every product counts, 5 for each text that fits. */
export function usbPoints(profiles: readonly UsbProfile[], hints: BusHints): UsbPoints {
  let best: UsbPoints = { points: 0, why: [] };
  for (const profile of profiles) {
    const found = pointsOf(profile, hints);
    if (found.points > best.points) best = found;
  }
  return best;
}

function pointsOf(profile: UsbProfile, hints: BusHints): UsbPoints {
  if (profile.vendorId !== hints.vendorId) return { points: 0, why: [] };
  if (profile.productId !== undefined && profile.productId !== hints.productId) return { points: 0, why: [] };
  const texts = (['manufacturer', 'product', 'label'] as const).filter((name) => {
    const wanted = profile.texts?.[name];
    return wanted !== undefined && (hints[name] ?? '').toLowerCase().includes(wanted.toLowerCase());
  });
  return {
    points: (profile.productId === undefined ? VENDOR_POINTS : EXACT_POINTS) + STRING_POINTS * texts.length,
    why: [
      profile.productId === undefined
        ? because('vendor-known', { vendor: profile.vendorId })
        : because('ids-known', { vendor: profile.vendorId, product: profile.productId }),
      ...texts.map((name) => because(`${name}-fits`, {})),
    ],
  };
}

/**
 * The score of layout and bus together, at most 100. The bus adds to a layout that the driver knows. It is not enough where the driver
 * knows none of the files. It is enough for a card without any file (`files` 0), where the ids are exact.
 */
export function fingerprint(
  layout: { readonly score: number; readonly why: readonly Reason[] },
  usb: UsbPoints,
  files: number,
): { readonly score: number; readonly why: readonly Reason[] } {
  const why = [...layout.why, ...usb.why];
  if (usb.points === 0) return layout;
  if (layout.score > 0) return { score: Math.min(100, layout.score + usb.points), why };
  if (files === 0 && usb.points >= EXACT_POINTS) return { score: EMPTY_CARD_SCORE, why: [...why, because('card-empty', {})] };
  return { score: Math.min(ALONE_MAX, usb.points), why: [...why, because('names-differ', {})] };
}
