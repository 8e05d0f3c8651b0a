/** Reasons of docking; `{name}` is a parameter. */
export const dockingEn = {
  'is-link': 'symbolic link',
  'is-pipe': 'named pipe',
  'is-socket': 'socket',
  'is-device': 'device',
  'is-not-regular': 'not a regular file',
  'nothing-left': 'nothing is left on it; its last files are being sealed',
  'still-on-recorder': '{files} {files:file|files} ({size}) still on the recorder',
  'still-on-recorder-and-unlisted': '{files} {files:file|files} ({size}) still on the recorder, and what was not listed yet',
  'path-and-more': '{path} and {more} more {more:file|files}',
  'files-in-all': '{why}; {files} files in all',
  serials: '{names}',
  'evicted-few-copies':
    '{files} sealed files are kept, because the vault gave up their originals and fewer archives hold them than eviction.copies asks for',
  'evicted-unchecked':
    '{files} sealed files are kept, because only the archive has their originals and its last check of them is older or weaker than eviction.checkDays and eviction.check ask for: evidock recording fetch brings them back',
  'evicted-not-shown':
    '{files} sealed files are kept, because only the archive has their originals, and it does not answer or does not show them now',
  'sealed-unread':
    '{files} sealed {files:file stays, because it|files stay, because they} cannot be read any more: the card should be checked',
  'clock-behind': '{span} behind',
  'clock-ahead': '{span} ahead',
  'clock-ahead-at-least': 'at least {span} ahead: a file claims a time that has not come',
  'still-written': 'it was still being written after {looks} looks',
  'undocked-while-wiping': 'it was undocked while sealed files were being removed',
  'verification-cut': 'the verification was cut off: run it again',
  'http-status': 'the station answered {status}',
} as const;
