/** A picture of a film as it stands, with what a reader of the picture has to know below it. */
export interface Still {
  readonly url: string;
  /** SHA-256 of the PNG, hex. */
  readonly sha256: string;
  readonly name: string;
}

interface StillOf {
  readonly video: HTMLVideoElement;
  readonly watermark: string;
  /** Lines under the picture: what it is of, when, digests. */
  readonly lines: readonly string[];
  readonly name: string;
}

const LINE_PX = 22;
const MARGIN_PX = 10;

/** Draws the still. Throws where the browser cannot read the picture. */
export async function takeStill({ video, watermark, lines, name }: StillOf): Promise<Still> {
  const { videoWidth: width, videoHeight: height } = video;
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height + lines.length * LINE_PX + 2 * MARGIN_PX;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no canvas');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(video, 0, 0, width, height);
  context.font = `${Math.max(14, Math.round(height / 30))}px sans-serif`;
  context.fillStyle = 'rgb(255 255 255 / 0.5)';
  context.strokeStyle = 'rgb(0 0 0 / 0.35)';
  for (const [x, y] of [
    [0.06, 0.15],
    [0.4, 0.5],
    [0.1, 0.85],
  ] as const) {
    context.strokeText(watermark, width * x, height * y);
    context.fillText(watermark, width * x, height * y);
  }
  context.fillStyle = '#111';
  context.font = '14px sans-serif';
  for (const [at, line] of lines.entries())
    context.fillText(line, MARGIN_PX, height + MARGIN_PX + (at + 1) * LINE_PX - 6, width - 2 * MARGIN_PX);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob) throw new Error('no picture');
  const digest = await crypto.subtle.digest('SHA-256', await blob.arrayBuffer());
  const sha256 = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return { url: URL.createObjectURL(blob), sha256, name };
}
