import type { Page } from '../../shell/page.ts';

/** Pages: recordings, an officer's own and all. */
export const footagePages: readonly Page[] = [
  {
    path: '/mine',
    tasks: ['tag-footage'],
    officer: true,
    menu: { group: 'work', title: 'mine.menu', key: 'm' },
    load: () => import('./mine.tsx'),
  },
  {
    path: '/recordings',
    tasks: ['find-footage'],
    menu: { group: 'footage', title: 'recordings.title', key: 'r' },
    load: () => import('./recordings.tsx'),
  },
  {
    path: '/unassigned',
    tasks: ['change-registry'],
    menu: { group: 'footage', title: 'unassigned.title', key: 'u' },
    load: async () => ({ Page: (await import('./recordings.tsx')).Unassigned }),
  },
  { path: '/recordings/:id', tasks: ['find-footage'], load: () => import('./recording.tsx') },
  { path: '/find', tasks: ['find-footage'], load: () => import('./find.tsx') },
];
