import type { Page } from '../../shell/page.ts';

/** Pages: how long footage is kept, holds, disposal and duties. */
export const retentionPages: readonly Page[] = [
  { path: '/duties', tasks: ['see-duties'], menu: { group: 'work', title: 'duties.title', key: 'd' }, load: () => import('./duties.tsx') },
  { path: '/duties/:id', tasks: ['see-duties'], load: () => import('./duty.tsx') },
  {
    path: '/retention',
    tasks: ['read-schedules'],
    menu: { group: 'retention', title: 'keeping.title', key: 't' },
    load: () => import('./schedule.tsx'),
  },
  { path: '/retention/schedules', tasks: ['read-schedules'], load: () => import('./versions.tsx') },
  { path: '/retention/schedules/:version', tasks: ['read-schedules'], load: () => import('./version.tsx') },
  { path: '/retention/corrections', tasks: ['see-retention'], load: () => import('./corrections.tsx') },
  { path: '/retention/explain/:recording', tasks: ['find-footage'], load: () => import('./explain.tsx') },
  {
    path: '/holds',
    tasks: ['see-retention'],
    menu: { group: 'retention', title: 'holds.title', key: 'h' },
    load: () => import('./holds.tsx'),
  },
  { path: '/holds/new', tasks: ['set-hold'], load: () => import('./hold-new.tsx') },
  { path: '/holds/:id', tasks: ['see-retention'], load: () => import('./hold.tsx') },
  {
    path: '/disposals',
    tasks: ['see-retention'],
    menu: { group: 'retention', title: 'disposals.title', key: 'x' },
    load: () => import('./disposals.tsx'),
  },
  { path: '/disposals/:id', tasks: ['see-retention'], load: () => import('./disposal.tsx') },
  {
    path: '/storage',
    tasks: ['see-health'],
    menu: { group: 'retention', title: 'storage.title', key: 'b' },
    load: () => import('./storage.tsx'),
  },
];
