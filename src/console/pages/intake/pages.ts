import type { Page } from '../../shell/page.ts';

/** Pages: what came in, and the registry. */
export const intakePages: readonly Page[] = [
  {
    path: '/overview',
    tasks: ['see-work', 'run-work', 'decide-call-up'],
    menu: { group: 'work', title: 'overview.title', key: 'o' },
    load: () => import('./overview.tsx'),
  },
  { path: '/intake', tasks: ['see-work'], menu: { group: 'work', title: 'intake.title', key: 'i' }, load: () => import('./intake.tsx') },
  { path: '/intake/:id', tasks: ['see-work'], load: () => import('./docking.tsx') },
  {
    path: '/jobs',
    tasks: ['see-work', 'run-work'],
    menu: { group: 'work', title: 'jobs.title', key: 'j' },
    load: () => import('./jobs.tsx'),
  },
  { path: '/figures', tasks: ['see-work'], menu: { group: 'work', title: 'figures.title', key: 'g' }, load: () => import('./figures.tsx') },
  {
    path: '/recorders',
    tasks: ['see-registry'],
    menu: { group: 'work', title: 'recorders.title', key: 'e' },
    load: () => import('./recorders.tsx'),
  },
  { path: '/recorders/:serial', tasks: ['see-registry'], load: () => import('./recorder.tsx') },
  {
    path: '/officers',
    tasks: ['see-registry'],
    menu: { group: 'work', title: 'officers.title', key: 'f' },
    load: () => import('./officers.tsx'),
  },
  { path: '/officers/:id', tasks: ['see-registry'], load: () => import('./officer.tsx') },
  {
    path: '/case-list',
    tasks: ['change-cases'],
    menu: { group: 'work', title: 'case-list.title', key: 'c' },
    load: () => import('./case-list.tsx'),
  },
  { path: '/shifts', tasks: ['change-registry'], menu: { group: 'work', title: 'shifts.title' }, load: () => import('./shifts.tsx') },
];
