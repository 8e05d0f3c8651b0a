import { PassThrough, type Readable } from 'node:stream';
import type { Block, DocumentPrinter, Paper } from '#ports/document-printer';
import { CJK_FONT_FILE, checkFont } from '../cjk-font.ts';

/** The one face of the collection that is used. */
const FACE = 'NotoSansCJKsc-Regular';
const TEXT = 'text';
/** One of the fonts that every reader of PDF has. It has no characters but Latin ones. */
const CONTENT = 'Courier';

/** Points: 1/72 inch. */
const MARGIN = 48;
const FOOT = 30;
const LABEL_WIDTH = 130;
const SIZES = { title: 16, heading: 12, note: 8.5, pairs: 8.5, head: 9, line: 8, content: 6 } as const;
/** Bytes that nobody has read yet. More are not made. */
const UNREAD_BYTES_MAX = 512 * 1024;
const WAIT_MS = 10;
/** Characters of one text that are laid out. Nothing that is printed here is longer, but for what somebody made to be. */
const CHARACTERS_MAX = 8000;
// Controls, and marks that turn the direction of what follows: a name must not rearrange a line.
const UNPRINTABLE = /[^\P{Cc}\n]|[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Prints A4 pages as PDF, with the face for simplified Chinese embedded. */
export class PdfPrinter implements DocumentPrinter {
  readonly #fontFile: string;

  constructor({ fontFile = CJK_FONT_FILE }: { readonly fontFile?: string } = {}) {
    this.#fontFile = fontFile;
  }

  async check(): Promise<void> {
    await checkFont(this.#fontFile);
  }

  print(paper: Paper, blocks: AsyncIterable<Block>): Readable {
    const out = new PassThrough({ highWaterMark: UNREAD_BYTES_MAX });
    this.#write(paper, blocks, out).catch((error: unknown) => out.destroy(error instanceof Error ? error : new Error(String(error))));
    return out;
  }

  async #write(paper: Paper, blocks: AsyncIterable<Block>, out: PassThrough): Promise<void> {
    // Loaded when there is something to print: it is large, and few commands print.
    const { default: PdfDocument } = await import('pdfkit');
    const info = { Title: paper.title, Creator: 'Evidock' };
    const doc = new PdfDocument({ size: 'A4', margin: MARGIN, lang: paper.language, displayTitle: true, autoFirstPage: false, info });
    doc.registerFont(TEXT, this.#fontFile, FACE);
    let page = 0;
    doc.on('pageAdded', () => {
      page += 1;
      // The foot lies in the margin, where text would open the next page.
      doc.page.margins.bottom = 0;
      doc
        .font(TEXT)
        .fontSize(7)
        .text(printable(paper.foot(page)), MARGIN, doc.page.height - FOOT, { lineBreak: false });
      doc.page.margins.bottom = MARGIN;
      doc.x = MARGIN;
      doc.y = MARGIN;
    });
    doc.addPage();
    doc.pipe(out);
    for await (const block of blocks) {
      if (out.destroyed) return;
      put(doc, block);
      await readOn(doc, out);
    }
    doc.end();
  }
}

/** Lets others have their turn, and waits until what was made is read. */
async function readOn(doc: PDFKit.PDFDocument, out: PassThrough): Promise<void> {
  await new Promise(setImmediate);
  while (!out.destroyed && (doc as unknown as Readable).readableLength + out.readableLength > UNREAD_BYTES_MAX)
    await new Promise((wake) => setTimeout(wake, WAIT_MS));
}

function put(doc: PDFKit.PDFDocument, block: Block): void {
  const width = doc.page.width - 2 * MARGIN;
  if (block.kind === 'pairs') {
    for (const [label, value] of block.rows) putPair(doc, label, value, width);
    doc.moveDown(0.5);
    return;
  }
  if (block.kind !== 'entry') {
    if (block.kind === 'heading') doc.moveDown(0.6);
    putText(doc, block.text, SIZES[block.kind], width);
    doc.moveDown(0.4);
    return;
  }
  putText(doc, block.head, SIZES.head, width);
  for (const line of block.lines) putText(doc, line, SIZES.line, width);
  // Canonical JSON of an entry is ASCII but for few values; those stand there as escapes, which are the same JSON.
  doc
    .font(CONTENT)
    .fontSize(SIZES.content)
    .text(ascii(printable(block.content)), MARGIN, doc.y, { width });
  doc.moveDown(0.7);
}

function putPair(doc: PDFKit.PDFDocument, label: string, value: string, width: number): void {
  doc.font(TEXT).fontSize(SIZES.pairs);
  const height = doc.heightOfString(printable(value), { width: width - LABEL_WIDTH });
  if (doc.y + height > doc.page.height - MARGIN) doc.addPage();
  doc.font(TEXT).fontSize(SIZES.pairs);
  const top = doc.y;
  doc.text(printable(label), MARGIN, top, { width: LABEL_WIDTH - 8 });
  const below = doc.y;
  doc.text(printable(value), MARGIN + LABEL_WIDTH, top, { width: width - LABEL_WIDTH });
  doc.y = Math.max(doc.y, below);
  doc.x = MARGIN;
}

function putText(doc: PDFKit.PDFDocument, text: string, size: number, width: number): void {
  doc.font(TEXT).fontSize(size).text(printable(text), MARGIN, doc.y, { width });
}

function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, '·').slice(0, CHARACTERS_MAX);
}

function ascii(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
