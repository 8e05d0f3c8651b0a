/*
 * How a mark is laid over a picture. The words of a mark are untrusted: they come from a file and are not expanded (drawtext, `expansion=none`), so that no name can
 * end the filter or begin another.
 */

/** The face for simplified Chinese of Debian's fonts-noto-cjk, which has Latin, Greek and Cyrillic letters too. */
const FACE = 'Noto Sans CJK SC';
/** File with the lines of the mark, in the directory in which ffmpeg runs. */
export const MARK_FILE = 'mark.txt';

/** How long the mark stands in one place, as in the player, s. */
const MOVED_SECONDS = 8;
/** Shares of the free width and height. Whoever cuts one of them out of the picture leaves the others. */
const PLACES = [
  { x: 0.06, y: 0.08 },
  { x: 0.5, y: 0.48 },
  { x: 0.1, y: 0.88 },
  { x: 0.92, y: 0.2 },
  { x: 0.76, y: 0.7 },
] as const;
/** Height of a letter: so many of them fit beside each other into the shorter side of the picture. */
const LETTERS_OF_SIDE = 22;
/** Width of a line, in heights of a letter. */
const LINE_LETTERS = 19;
/** The height that is still legible, px. */
const LETTER_PX_MIN = 9;

/** The filter that draws the mark. White with a dark edge can be read on bright and on dark pictures. */
export function markFilter(): string {
  const size = `max(${LETTER_PX_MIN}\\,min(w\\,h)/${LETTERS_OF_SIDE})`;
  return [
    `drawtext=font=${FACE}`,
    ...[`textfile=${MARK_FILE}`, 'expansion=none', `fontsize=${size}`, 'line_spacing=2'],
    ...['fontcolor=white@0.65', 'borderw=1', 'bordercolor=black@0.7'],
    `x=max(0\\,(w-text_w)*${atPlace(({ x }) => x)})`,
    `y=max(0\\,(h-text_h)*${atPlace(({ y }) => y)})`,
  ].join(':');
}

/** An expression for a share at the time of a frame: one place after the other. */
function atPlace(share: (place: (typeof PLACES)[number]) => number): string {
  const turn = `mod(floor(t/${MOVED_SECONDS})\\,${PLACES.length})`;
  return `(${PLACES.map((place, at) => `${share(place)}*eq(${turn}\\,${at})`).join('+')})`;
}

/** The mark in lines that fit into the picture, broken between its parts where that is possible. */
export function markLines(mark: string): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const part of mark.split(PART)) {
    const joined = line === '' ? part : `${line}${PART}${part}`;
    if (widthOf(joined) <= LINE_LETTERS) {
      line = joined;
      continue;
    }
    if (line !== '') lines.push(line);
    line = '';
    for (const letter of part) {
      if (widthOf(line + letter) > LINE_LETTERS) {
        lines.push(line);
        line = '';
      }
      line += letter;
    }
  }
  return [...lines, line];
}

const PART = ' · ';

/** Width in heights of a letter. Too wide a guess makes a shorter line, which does no harm. */
function widthOf(text: string): number {
  let width = 0;
  for (const letter of text) width += /[a-z0-9 .,:;·-]/.test(letter) ? 0.6 : /[\u0020-\u024f]/.test(letter) ? 0.9 : 1;
  return width;
}
