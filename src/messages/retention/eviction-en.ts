/** Texts of eviction and fetch-back, in English. */
export const evictionTextsEn = {
  'fetch.about': 'bring evicted originals of a recording back from the archive into the vault',
  'fetch.progress': '{bytes} of {bytesTotal}, {rate}/s, {left} left',
  'fetch.done': '{files} {files:original|originals} in the vault again: {bytes} in {elapsed}',
  'fetch.nothing': 'The vault holds every original of it already.',
  'custody.original.evicted':
    'removed from the vault, because the archive holds it and room was needed ({why}): {bytes}; last needed {neededAt}',
  'custody.playable.evicted':
    'the playable copy was removed from the vault, because the archive holds it, room was needed ({why}) and no original was left that could go: {bytes}; last needed {neededAt}',
  'custody.original.fetched': 'brought back from {archive} into the vault, with the sealed digest: {bytes}',
  'custody.copy.checked': 'the copy in {archive} was read back once more, and is right',
  'mark.evicted': 'archive only',
  'recording.fetch-waits':
    'Original {index} was wanted back from the archive and waits: {why}. It was tried {attempts} {attempts:time|times}, and is tried again at {next}.',
} as const;
