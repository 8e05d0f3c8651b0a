/**
 * The named durable writes of docs/life-of-a-recording.md. A stage calls `reached` right after the write of that name is durable. The fault tests kill the
 * process there and examine what a restart makes of it.
 */
export const FAULT_POINTS = [
  'w01-docking-recorded',
  'w02-files-listed',
  'w03-draft-flushed',
  'w04-copy-linked',
  'w05-copied-recorded',
  'w06-manifest-linked',
  'w07-sealed-recorded',
  'w08-safe-recorded',
  'w09-derivative-linked',
  'w10-derived-recorded',
  'w11-upload-begun',
  'w12-part-recorded',
  'w13-object-complete',
  'w14-archived-recorded',
  'w15-removal-recorded',
  'w16-wipe-begun',
  'w17-files-removed',
  'w18-wipe-recorded',
  'w19-wipe-finished',
  'w22-card-unchanged',
  'w20-rechecked-recorded',
  'w21-difference-recorded',
  'w23-segment-written',
  'w24-segment-noted',
  'w25-merged-written',
  'w26-merged-removed',
  'w27-leftover-removed',
  'w28-look-recorded',
  'w29-seen-recorded',
  'w30-fetch-begun',
  'w31-fetch-flushed',
  'w32-fetched-linked',
  'w33-fetched-recorded',
  'w34-destruction-intended',
  'w35-copy-erased',
  'w36-destruction-recorded',
  'w37-recording-buried',
  'w38-corrupt-aside',
  'w39-copy-restored',
  'w41-holds-placed',
  'w42-holds-noted',
  'w44-immutable-lifted',
  'w45-bad-copy-withdrawn',
] as const;
export type FaultPoint = (typeof FAULT_POINTS)[number];

export interface FaultPoints {
  reached(point: FaultPoint): void;
}
