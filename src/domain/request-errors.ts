/** The rows of the table of errors (`errors.ts`) that are about what somebody asked for or configured, and about the station itself. */
export const REQUEST_ERRORS = {
  'config.default-id': {
    retry: 'never',
    status: 422,
    what: 'The station shares a queue or an archive and still has the default id',
    remedy:
      "Set station.id to one that no other station has; of two stations with one id, each would take the other's work and copies for its own.",
  },
  'config.invalid': {
    retry: 'never',
    status: 500,
    what: 'The configuration is not valid',
    remedy: 'Correct the named field; `evidock config reference` describes every field.',
  },
  'request.invalid': {
    retry: 'never',
    status: 400,
    what: 'The request is not valid',
    remedy: 'Correct the named field.',
  },
  'request.method': {
    retry: 'never',
    status: 405,
    what: 'This cannot be asked in this way',
    remedy: 'Use one of the methods that are named; /api/v1/openapi.json describes each.',
  },
  'request.changed': {
    retry: 'never',
    status: 412,
    what: 'It was changed after you looked at it',
    remedy: 'Look at it again, and repeat what still holds.',
  },
  'request.key-reused': {
    retry: 'never',
    status: 422,
    what: 'This idempotency key was used for another request',
    remedy: 'Take a new key for each request, and the same one only to repeat it.',
  },
  'request.running': {
    retry: 'later',
    status: 409,
    what: 'The request with this idempotency key is still being carried out',
    remedy: 'Wait for it to end, then repeat it to get its answer.',
  },
  'request.too-large': {
    retry: 'never',
    status: 413,
    what: 'The request is too large',
    remedy: 'Send less at once.',
  },
  'request.media-type': {
    retry: 'never',
    status: 415,
    what: 'The request is in a form that is not read here',
    remedy: 'Send JSON, with content-type: application/json.',
  },
  'request.not-found': {
    retry: 'never',
    status: 404,
    what: 'There is no such thing',
    remedy: 'Check the id or number.',
  },
  'request.not-made': {
    retry: 'later',
    status: 409,
    what: 'It has not been made yet',
    remedy: 'Wait until it is made (`evidock jobs` shows how far it is), or save an original: `evidock play ID --original 1`.',
  },
  'request.nothing-playable': {
    retry: 'never',
    status: 404,
    what: 'There is nothing playable of this recording',
    remedy: 'Save the original instead: `evidock play ID --original 1 --out FILE`.',
  },
  'request.no-card': {
    retry: 'never',
    status: 422,
    what: 'This cannot be taken in as a recorder',
    remedy: 'Name the directory of a mounted recorder, or of a copy of its card.',
  },
  'request.conflict': {
    retry: 'never',
    status: 409,
    what: 'The request contradicts what is on record',
    remedy: 'Look at the current state, then decide again.',
  },
  'request.forbidden': {
    retry: 'never',
    status: 403,
    what: 'This way in does not allow the request',
    remedy: 'Use the evidock command on the station itself.',
  },
  'request.too-many': {
    retry: 'later',
    status: 503,
    what: 'Too many of these are open at the same time',
    remedy: 'Close what is not needed, then try again.',
  },
  'station.stopping': {
    retry: 'later',
    status: 503,
    what: 'The station is stopping',
    remedy: 'Try again when it is up; work goes on where it was.',
  },
  'station.not-running': {
    retry: 'later',
    status: 409,
    what: 'This needs a station that runs',
    remedy: 'Start it with `evidock run` (or its service), then try again.',
  },
  'station.stood-still': {
    retry: 'later',
    status: 504,
    what: 'Work stood still and was stopped',
    remedy: 'It is tried again by itself; look at what it waits for (disk, archive) if it recurs.',
  },
  'station.internal': {
    retry: 'later',
    status: 500,
    what: 'The station met a fault of its own',
    remedy: 'Report it with the log line.',
  },
} as const;
