/** The rows of the table of errors (`errors.ts`) that are about work, and about the hosts that take it. */
export const WORK_ERRORS = {
  'work.lease-lost': {
    retry: 'never',
    status: 409,
    what: "The work is not this worker's any more",
    remedy: 'Nothing is to be done: its lease had ended, the work waits or runs elsewhere, and nothing of this result was recorded.',
  },
  'work.key-refused': {
    retry: 'never',
    status: 401,
    what: 'The key of the worker is not good at this station',
    remedy: 'Invite the worker anew on its station (`evidock worker invite NAME`), and start it with that invitation.',
  },
  'work.station-differs': {
    retry: 'never',
    status: 502,
    what: 'Who answers is not the station that invited the worker',
    remedy: 'Check the address in the invitation. If the certificate of the station was made anew, invite the worker again.',
  },
  'work.station-unreachable': {
    retry: 'later',
    status: 503,
    what: 'The station of the worker cannot be reached',
    remedy: 'Check the network between worker and station and that the station runs; no work is lost, it waits at the station.',
  },
  'work.version-differs': {
    retry: 'never',
    status: 409,
    what: 'Worker and station are of different versions',
    remedy: 'Install the version of the station on the host of the worker.',
  },
  'work.replaced': {
    retry: 'never',
    status: 409,
    what: 'Another process works with the same invitation and began later',
    remedy: 'Run one process for each invitation; invite a second worker under a name of its own (`evidock worker invite NAME`).',
  },
  'work.certificate-failed': {
    retry: 'never',
    status: 500,
    what: 'The certificate of the station for its workers cannot be made or read',
    remedy:
      'Install openssl; if the files in the directory `work` of the state directory are damaged, remove both and invite all workers anew.',
  },
} as const;
