/** HTML that is finished: nothing in it is escaped again. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | Html | readonly Html[] | null;

/**
 * Makes HTML of a template. Whatever is put into it is text, and is written so that no browser takes it for markup, in elements and in quoted attributes. Only what
 * was made by this function goes in as it is.
 */
export function html(pieces: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(pieces.map((piece, at) => piece + (at < parts.length ? written(parts[at] ?? null) : '')).join(''));
}

const NAMES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
// Controls, and marks that turn the direction of what follows: a name must not rearrange a line.
const UNPRINTABLE = /[^\P{Cc}\n]|[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

function written(part: Part): string {
  if (part === null) return '';
  if (part instanceof Html) return part.text;
  if (Array.isArray(part)) return part.map((each: Html) => each.text).join('');
  return String(part)
    .replaceAll(UNPRINTABLE, '·')
    .replaceAll(/[&<>"']/g, (character) => NAMES[character] ?? '');
}
