/** By error code: what failed, and what the person should do. */
export const ERRORS_EN = {
  'recorder.read-failed': {
    what: 'The recorder could not deliver a file',
    remedy: 'Undock the recorder and dock it again; if it fails at the same file, keep the recorder and have its card examined.',
  },
  'recorder.removed': {
    what: 'The recorder was removed before everything was safe',
    remedy: 'Dock it again, in any slot: it goes on with the file it was at.',
  },
  'recorder.file-changed': {
    what: 'A file on the recorder changed while it was read',
    remedy: 'Make sure that the recorder is not recording, then dock it again.',
  },
  'recorder.name-refused': {
    what: 'A name on the recorder is not one that may be read',
    remedy: 'The entry was left on the recorder and noted; have the card examined if footage is missing.',
  },
  'recorder.not-regular': {
    what: 'An entry on the recorder is not a regular file',
    remedy: 'The entry was left on the recorder and noted; a healthy recorder has none, so have the card examined.',
  },
  'recorder.over-limit': {
    what: 'The recorder holds more than a limit allows',
    remedy: 'Raise the named limit in the intake section of the configuration, then dock the recorder again.',
  },
  'recorder.unreadable': {
    what: 'The recorder could not be listed',
    remedy: 'Undock the recorder and dock it again; check cable and slot.',
  },
  'recorder.unknown': {
    what: 'A storage device that no driver knows is docked and was left alone',
    remedy: 'If it is a recorder, describe it in a driver or set dock.unknown to take; else undock it.',
  },
  'recorder.foreign-device': {
    what: 'A device that is no recorder is plugged into a recorder slot',
    remedy: 'Undock it at once and find out whose it is: keyboards and network adapters have no business there.',
  },
  'recorder.locked': {
    what: 'The recorder keeps its disk locked',
    remedy: 'Check the password of its family in the secrets directory, then dock it again.',
  },
  'recorder.mount-failed': {
    what: 'The disk of the recorder cannot be mounted',
    remedy: 'Undock the recorder and dock it again; if it fails again, have its card examined. It is never repaired here.',
  },
  'recorder.gaps': {
    what: 'Places of files on the recorder cannot be read',
    remedy: 'What can be read is sealed and marked as damaged. Do not use or empty the recorder; have its card examined.',
  },
  'recorder.still-writing': {
    what: 'The recorder goes on writing to its card while it is docked',
    remedy: 'What it wrote last was not taken. Switch the recorder off, then dock it again.',
  },
  'recorder.other-files': {
    what: 'Files of other recorders lie on the card',
    remedy: 'They are sealed under the number that their own names tell. Find out how they came there.',
  },
  'recorder.disposed-files': {
    what: 'The recorder still holds footage that was disposed of',
    remedy: 'It was not taken in again. Remove it from the recorder; until then a copy of it is left.',
  },
  'recorder.known-differs': {
    what: 'A file looked like one that is sealed, but holds other bytes',
    remedy: 'It is taken in as a new file: wait until the slot is safe again. Check the clock of the recorder, which may begin anew.',
  },
  'recorder.known-unread': {
    what: 'A sealed file cannot be read again on the recorder to be compared',
    remedy: 'What was sealed is safe; dock the recorder again, and have its card examined if it recurs.',
  },
  'recorder.unstable': {
    what: 'The recorder delivered other bytes when a file was read again',
    remedy: 'Keep the recorder and have it examined: cable, slot, card reader or card cannot be trusted.',
  },
  'recorder.clock-off': {
    what: 'The clock of the recorder is wrong by more than the limit',
    remedy: 'Set the clock of the recorder, or let the station do it (dock.setClock); times are corrected by the measured offset.',
  },
  'recorder.write-failed': {
    what: 'The recorder could not be written',
    remedy: 'Undock the recorder and dock it again; if it fails again, have its card examined: it may be worn out or write-protected.',
  },
  'recorder.wipe-failed': {
    what: 'Sealed files could not be removed from the recorder',
    remedy: 'The footage is safe; dock the recorder again, and have its card examined if it recurs.',
  },
  'vault.full': {
    what: 'The station disk is at its reserve',
    remedy: 'Free space on the vault disk or add a disk; intake goes on by itself.',
  },
  'vault.read-only': {
    what: 'The vault cannot be written',
    remedy: 'Check the mount and the permissions of the vault directory; intake goes on by itself.',
  },
  'vault.write-failed': {
    what: 'The vault disk reported an error while writing',
    remedy: 'Check the health of the vault disk (kernel log, SMART); the file is copied anew.',
  },
  'vault.read-failed': {
    what: 'The vault disk reported an error while reading',
    remedy: 'Check the health of the vault disk (kernel log, SMART).',
  },
  'vault.mismatch': {
    what: 'What was read back from the vault differs from what was written',
    remedy: 'The copy was set aside and is made again; if it recurs, replace the vault disk and test the memory.',
  },
  'vault.missing': {
    what: 'A file that should be in the vault is not there',
    remedy: 'Run `evidock verify`; fetch the file back from the archive.',
  },
  'vault.key-invalid': {
    what: 'A vault key has a form that is not allowed',
    remedy: 'This is a fault of the station: report it with the log line.',
  },
  'ledger.failed': {
    what: 'The ledger could not be read or written',
    remedy: 'Check the disk that holds the state directory; restore the newest ledger backup if it is damaged.',
  },
  'ledger.in-use': {
    what: 'Another Evidock process holds the state directory',
    remedy: 'Stop the other process, or use the running station.',
  },
  'ledger.missing': {
    what: 'The vault holds footage, but the ledger is gone',
    remedy:
      'Put the newest backup in its place: stop the station, copy the newest file of backups/ in the state directory to ledger/ledger.sqlite, then run `evidock ledger accept`.',
  },
  'ledger.rolled-back': {
    what: 'The ledger is not the one that the station wrote last: entries of the custody log are missing or others',
    remedy:
      'Find out who changed it. If an older backup was put in its place on purpose, or nothing newer can be found, run `evidock ledger accept`: the custody log will tell so.',
  },
  'ledger.altered': {
    what: 'Tables or triggers of the ledger were changed from outside',
    remedy:
      'Find out who changed it, and run `evidock verify`. `evidock ledger accept` makes missing triggers again; else restore a backup.',
  },
  'ledger.newer': { what: 'The ledger was written by a newer version of Evidock', remedy: 'Install that version or a later one.' },
  'transcoder.failed': {
    what: 'The transcoder failed',
    remedy: 'The original is safe; look at the detail, then run `evidock jobs retry`.',
  },
  'transcoder.timeout': {
    what: 'The transcoder took longer than its limit',
    remedy: 'The original is safe; raise derive.timeLimit if the recording is honest, then run `evidock jobs retry`.',
  },
  'transcoder.stood-still': {
    what: 'The transcoder stood still and was stopped',
    remedy: 'The original is safe, and it is tried again. If it comes again and again, see whether the disk of the vault answers.',
  },
  'transcoder.too-slow': {
    what: 'The transcoder ran into its time limit twice',
    remedy:
      'The original is safe. Raise derive.timeLimit if the recording is honest or the machine was busy, then run `evidock derive --again --failed`.',
  },
  'transcoder.unplayable': {
    what: 'No playable copy can be made of this recording',
    remedy: 'The original is kept as it is; it can be exported for a specialist.',
  },
  'transcoder.unsupported': {
    what: 'Nothing here can show this kind of file',
    remedy:
      'The original is whole as far as can be told, and kept as it is; it can be exported for a specialist. After an update: `evidock derive --again --failed`.',
  },
  'transcoder.too-large': {
    what: 'A derivative grew beyond what its original allows',
    remedy: 'The original is kept as it is; raise derive.outputMax if the recording is honest, then run `evidock derive --again --failed`.',
  },
  'transcoder.missing': {
    what: 'ffmpeg or ffprobe cannot be run',
    remedy: 'Install the package ffmpeg, or set derive.ffmpeg and derive.ffprobe.',
  },
  'archive.unreachable': {
    what: 'The archive cannot be reached',
    remedy: 'Check the network and archive.s3.endpoint; uploads go on by themselves.',
  },
  'archive.refused': {
    what: 'The archive refused the request',
    remedy: 'Check the access key, the bucket and its policy; uploads go on by themselves.',
  },
  'archive.full': { what: 'The archive has no space left', remedy: 'Extend the archive; uploads go on by themselves.' },
  'archive.mismatch': {
    what: 'The archive returned other bytes than were sealed',
    remedy: 'The local copy is kept and the upload is made again; have the archive examined, it cannot be trusted now.',
  },
  'archive.slow': {
    what: 'The link to the archive is too slow',
    remedy: 'Fewer and smaller parts are tried by themselves; give the station a faster link, or let it upload at night (archive.hours).',
  },
  'archive.not-accepted': {
    what: 'The archive did not accept an upload',
    remedy: 'It is made again by itself; if it recurs, look for what changes bytes between the station and the archive.',
  },
  'archive.missing': { what: 'The archive does not hold the object', remedy: 'Run `evidock verify --archive`, then `evidock jobs retry`.' },
  'archive.unfit': {
    what: 'The bucket is not fit to be an archive',
    remedy:
      'Give the bucket what docs/operations.md ("What the bucket must be") asks for, or accept in archive.s3.unlocked what it cannot do.',
  },
  'archive.lock-refused': { what: 'That lock is never asked for', remedy: 'Nothing was changed in the archive; tell the makers.' },
  'archive.lock-differs': {
    what: 'The archive tells another lock than it was given',
    remedy: 'Nothing counts as locked by it. Run `evidock archive show`; the storage does not keep dates as it should.',
  },
  'queue.unreachable': {
    what: 'The work queue (Redis) cannot be reached',
    remedy: 'Start Redis or correct queue.url; no work is lost, it is queued again from the ledger.',
  },
  'queue.refused': {
    what: 'The work queue (Redis) takes no work',
    remedy: 'Point queue.url to a Redis that may be written and has memory left; no work is lost, it is queued again from the ledger.',
  },
  'work.lease-lost': {
    what: "The work is not this worker's any more",
    remedy: 'Nothing is to be done: its lease had ended, the work waits or runs elsewhere, and nothing of this result was recorded.',
  },
  'work.key-refused': {
    what: 'The key of the worker is not good at this station',
    remedy: 'Invite the worker anew on its station (`evidock worker invite NAME`), and start it with that invitation.',
  },
  'work.station-differs': {
    what: 'Who answers is not the station that invited the worker',
    remedy: 'Check the address in the invitation. If the certificate of the station was made anew, invite the worker again.',
  },
  'work.station-unreachable': {
    what: 'The station of the worker cannot be reached',
    remedy: 'Check the network between worker and station and that the station runs; no work is lost, it waits at the station.',
  },
  'work.version-differs': {
    what: 'Worker and station are of different versions',
    remedy: 'Install the version of the station on the host of the worker.',
  },
  'work.replaced': {
    what: 'Another process works with the same invitation and began later',
    remedy: 'Run one process for each invitation; invite a second worker under a name of its own (`evidock worker invite NAME`).',
  },
  'work.certificate-failed': {
    what: 'The certificate of the station for its workers cannot be made or read',
    remedy:
      'Install openssl; if the files in the directory `work` of the state directory are damaged, remove both and invite all workers anew.',
  },
  'sign-in.provider-unreachable': {
    what: 'The provider of sign-ins does not answer',
    remedy: 'Sign in with a password, or try again in a while; if it stays so, look at oidc.issuer and the network of the station.',
  },
  'sign-in.provider-refused': {
    what: 'The sign-in with the provider did not succeed',
    remedy: 'Begin again. If it stays so, ask the security administrator: the log of the station says what the provider answered.',
  },
  'config.default-id': {
    what: 'The station shares a queue or an archive and still has the default id',
    remedy:
      "Set station.id to one that no other station has; of two stations with one id, each would take the other's work and copies for its own.",
  },
  'config.invalid': {
    what: 'The configuration is not valid',
    remedy: 'Correct the named field; `evidock config reference` describes every field.',
  },
  'notices.failed': {
    what: 'A notice could not be sent',
    remedy:
      'Check notices.webhook, notices.mail and heartbeat.url. A notice is tried again for a day, and stands in the list of notices all the same; a heartbeat for ever.',
  },
  'request.invalid': { what: 'The request is not valid', remedy: 'Correct the named field.' },
  'request.method': {
    what: 'This cannot be asked in this way',
    remedy: 'Use one of the methods that are named; /api/v1/openapi.json describes each.',
  },
  'request.changed': {
    what: 'It was changed after you looked at it',
    remedy: 'Look at it again, and repeat what still holds.',
  },
  'request.key-reused': {
    what: 'This idempotency key was used for another request',
    remedy: 'Take a new key for each request, and the same one only to repeat it.',
  },
  'request.running': {
    what: 'The request with this idempotency key is still being carried out',
    remedy: 'Wait for it to end, then repeat it to get its answer.',
  },
  'request.too-large': { what: 'The request is too large', remedy: 'Send less at once.' },
  'request.media-type': {
    what: 'The request is in a form that is not read here',
    remedy: 'Send JSON, with content-type: application/json.',
  },
  'request.not-found': { what: 'There is no such thing', remedy: 'Check the id or number.' },
  'request.gone': {
    what: 'It was disposed of',
    remedy:
      'Nothing brings it back. The certificate says what it was, by which rule it went, and who decided: `evidock disposal certificate`.',
  },
  'request.not-made': {
    what: 'It has not been made yet',
    remedy: 'Wait until it is made (`evidock jobs` shows how far it is), or save an original: `evidock play ID --original 1`.',
  },
  'request.nothing-playable': {
    what: 'There is nothing playable of this recording',
    remedy: 'Save the original instead: `evidock play ID --original 1 --out FILE`.',
  },
  'request.no-card': {
    what: 'This cannot be taken in as a recorder',
    remedy: 'Name the directory of a mounted recorder, or of a copy of its card.',
  },
  'request.conflict': { what: 'The request contradicts what is on record', remedy: 'Look at the current state, then decide again.' },
  'request.forbidden': {
    what: 'You may not do this',
    remedy: 'Ask whoever manages accounts and policy if you should; the attempt is on record.',
  },
  'request.signed-out': { what: 'Nobody is signed in', remedy: 'Sign in, then try again.' },
  'request.reason-needed': {
    what: 'This is shown for a stated reason only',
    remedy: 'Send the reason beside the request: `reason=CODE: words`, or the header x-evidock-reason. It is put on record.',
  },
  'request.approval-needed': {
    what: 'Somebody has to approve this first',
    remedy: 'Request a call-up; those who are named decide on it.',
  },
  'request.too-many': {
    what: 'Too many of these are open at the same time',
    remedy: 'Close what is not needed, or wait until others have ended, then try again.',
  },
  'sign-in.wrong': {
    what: 'Nobody could be signed in with this',
    remedy: 'Check account, password and code. After some failures each further try has to wait longer.',
  },
  'sign-in.locked': {
    what: 'There were too many failed tries',
    remedy:
      'Wait for the time that is told, then try again. A forgotten password is replaced by a one-time link of the security administrator.',
  },
  'sign-in.ended': { what: 'This sign-in holds no more', remedy: 'Sign in again from the beginning.' },
  'sign-in.password-refused': {
    what: 'This password may not be chosen',
    remedy: 'Take a longer one, such as several words that do not belong together. Any characters are allowed.',
  },
  'request.too-often': { what: 'Too many requests came in a short time', remedy: 'Wait as long as retry-after says, then try again.' },
  'station.font-missing': {
    what: 'The font for printed reports and for marks in copies is not installed',
    remedy: 'Install it (apt-get install fonts-noto-cjk, or scripts/install-deps run), then try again.',
  },
  'station.stopping': { what: 'The station is stopping', remedy: 'Try again when it is up; work goes on where it was.' },
  'station.not-running': {
    what: 'This needs a station that runs',
    remedy: 'Start it with `evidock run` (or its service), then try again.',
  },
  'station.stood-still': {
    what: 'Work stood still and was stopped',
    remedy: 'It is tried again by itself; look at what it waits for (disk, archive) if it recurs.',
  },
  'station.internal': { what: 'The station met a fault of its own', remedy: 'Report it with the log line.' },
} as const;
