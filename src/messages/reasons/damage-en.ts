/** Reasons of damage; `{name}` is a parameter. */
export const damageEn = {
  'files-never-came': '{missing} of its {files} files never came from the recorder',
  'gaps-of-file':
    '{path}: {missing} of {bytes} bytes at {places} {places:place|places} could not be read from the recorder and are filled with zeros',
  'and-more-files': '{whys}; and {more} more files',
  'during-event': 'recorded during the event',
  'partly-during-event': 'recorded partly during the event',
  'minutes-from-event': 'recorded {minutes} min from the event',
  'officer-took-part': 'officer {officer} took part',
  'officer-not-known': 'officer not known',
} as const;
