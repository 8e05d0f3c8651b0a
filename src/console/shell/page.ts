import type { ComponentType } from 'react';
import type { TextKey } from '../texts/say.ts';
import type { Task } from './session.tsx';

/** The groups of the menu, in order. */
export const GROUPS = ['work', 'footage', 'supervision', 'retention', 'station'] as const;
type Group = (typeof GROUPS)[number];

/** A page with an address of its own. */
export interface Page {
  /** As wouter reads it: `/cases/:number`. */
  readonly path: string;
  /** Whoever has one of these tasks has this page; empty: everybody who is signed in. */
  readonly tasks: readonly Task[];
  /** True: only whoever has an officer number, because it shows what is their own. */
  readonly officer?: boolean;
  /** Where it stands in the menu; left out: it is reached from other pages. `key`: the letter after `g` that leads to it. */
  readonly menu?: { readonly group: Group; readonly title: TextKey; readonly key?: string };
  /** What is shown there; loaded when somebody goes there. */
  readonly load: () => Promise<{ readonly Page: ComponentType<PageProps> }>;
}

export interface PageProps {
  /** By the names in the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
}

/** The pages that somebody has. */
export function pagesOf(
  pages: readonly Page[],
  person: { readonly officer: string | null },
  has: (task: Task) => boolean,
): readonly Page[] {
  return pages.filter(({ tasks, officer }) => (tasks.length === 0 || tasks.some(has)) && (officer !== true || person.officer !== null));
}
