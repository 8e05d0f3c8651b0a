import type { Page } from '../../shell/page.ts';

/** Pages: the station itself, accounts and policy. */
export const stationPages: readonly Page[] = [
  {
    path: '/admin/health',
    tasks: ['see-health'],
    menu: { group: 'station', title: 'health.title', key: 'y' },
    load: () => import('./health.tsx'),
  },
  {
    path: '/verify',
    tasks: ['verify'],
    menu: { group: 'station', title: 'verify-page.title', key: 'v' },
    load: () => import('./verify.tsx'),
  },
  {
    path: '/admin/slots',
    tasks: ['administer'],
    menu: { group: 'station', title: 'slots-page.title' },
    load: () => import('./slots.tsx'),
  },
  {
    path: '/admin/configuration',
    tasks: ['administer'],
    menu: { group: 'station', title: 'configuration.title' },
    load: () => import('./configuration.tsx'),
  },
  {
    path: '/admin/workers',
    tasks: ['administer'],
    menu: { group: 'station', title: 'workers.title' },
    load: () => import('./workers.tsx'),
  },
  {
    path: '/admin/accounts',
    tasks: ['manage-accounts'],
    menu: { group: 'station', title: 'accounts.title', key: 'a' },
    load: () => import('./accounts.tsx'),
  },
  { path: '/admin/accounts/:id', tasks: ['manage-accounts'], load: () => import('./account-of.tsx') },
  {
    path: '/admin/units',
    tasks: ['manage-accounts'],
    menu: { group: 'station', title: 'units.title', key: 'n' },
    load: () => import('./units.tsx'),
  },
  { path: '/admin/units/:id', tasks: ['manage-accounts'], load: () => import('./unit.tsx') },
  {
    path: '/first-steps',
    tasks: ['administer', 'manage-accounts'],
    menu: { group: 'station', title: 'first-steps.title' },
    load: () => import('./first-steps.tsx'),
  },
  {
    path: '/admin/sessions',
    tasks: ['manage-accounts'],
    menu: { group: 'station', title: 'sessions.title' },
    load: () => import('./sessions.tsx'),
  },
  {
    path: '/admin/kiosks',
    tasks: ['manage-accounts'],
    menu: { group: 'station', title: 'kiosks.title', key: 'k' },
    load: () => import('./kiosks.tsx'),
  },
  {
    path: '/account',
    tasks: ['own-account'],
    menu: { group: 'station', title: 'account.title', key: 'p' },
    load: () => import('./account.tsx'),
  },
  {
    path: '/admin/policy',
    tasks: ['explain-access'],
    menu: { group: 'station', title: 'policy.title' },
    load: () => import('./policy.tsx'),
  },
  { path: '/admin/policy/:version', tasks: ['explain-access'], load: async () => ({ Page: (await import('./policy.tsx')).Version }) },
];
