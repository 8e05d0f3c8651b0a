import type { Page } from '../../shell/page.ts';

/** Pages: cases, search and the player. */
export const casesPages: readonly Page[] = [
  {
    path: '/search',
    tasks: ['find-footage'],
    menu: { group: 'footage', title: 'search.title', key: 's' },
    load: () => import('./search.tsx'),
  },
  { path: '/cases/:number', tasks: ['find-footage'], load: () => import('./case.tsx') },
  { path: '/recordings/:id/play', tasks: ['show-footage'], load: () => import('./play.tsx') },
];
