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
];
