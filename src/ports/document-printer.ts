import type { Readable } from 'node:stream';

/** A piece of a printed document, from top to bottom. */
export type Block =
  | { readonly kind: 'title' | 'heading' | 'note'; readonly text: string }
  /** Label and value of each row. */
  | { readonly kind: 'pairs'; readonly rows: readonly (readonly [string, string])[] }
  /** One entry of a log: its first line, what it tells line by line, and its exact content. */
  | { readonly kind: 'entry'; readonly head: string; readonly lines: readonly string[]; readonly content: string };

export interface Paper {
  readonly title: string;
  readonly language: 'en' | 'zh-CN';
  /** The line at the foot of each page. */
  readonly foot: (page: number) => string;
}

/** Prints documents that people hand to others. */
export interface DocumentPrinter {
  /** Throws station.font-missing. */
  check(): Promise<void>;
  /** The bytes of the document, made while they are read. Fails with what the blocks fail with. */
  print(paper: Paper, blocks: AsyncIterable<Block>): Readable;
}
