import type { Page } from '../../shell/page.ts';

/** Pages: requests, the access log and reports. */
export const supervisionPages: readonly Page[] = [
  {
    path: '/requests',
    tasks: ['request-call-up', 'decide-call-up'],
    menu: { group: 'supervision', title: 'requests.title', key: 'q' },
    load: () => import('./requests.tsx'),
  },
  { path: '/requests/new', tasks: ['request-call-up'], load: () => import('./request-new.tsx') },
  { path: '/requests/:id', tasks: ['request-call-up', 'decide-call-up'], load: () => import('./request.tsx') },
  {
    path: '/access-log',
    tasks: ['read-audit'],
    menu: { group: 'supervision', title: 'access-log.title', key: 'l' },
    load: () => import('./access-log.tsx'),
  },
  { path: '/reports', tasks: ['read-audit'], menu: { group: 'supervision', title: 'reports.title' }, load: () => import('./reports.tsx') },
  {
    path: '/sampling',
    tasks: ['read-audit'],
    menu: { group: 'supervision', title: 'sampling.title' },
    load: () => import('./sampling.tsx'),
  },
  { path: '/sampling/:id', tasks: ['read-audit'], load: async () => ({ Page: (await import('./sampling.tsx')).Sample }) },
  {
    path: '/access-explain',
    tasks: ['explain-access'],
    menu: { group: 'supervision', title: 'access-explain.title' },
    load: () => import('./explain.tsx'),
  },
  {
    path: '/notices',
    tasks: ['request-call-up', 'decide-call-up', 'see-duties'],
    menu: { group: 'supervision', title: 'notices.title' },
    load: () => import('./notices.tsx'),
  },
];
