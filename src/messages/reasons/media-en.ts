/** Reasons of media; `{name}` is a parameter. */
export const mediaEn = {
  'output-limit': 'more than {bytes} bytes of output',
  'took-longer': '{seconds} s',
  'stood-seconds': '{seconds} s in which nothing moved',
  'nothing-written': 'nothing was written',
  'grew-beyond': '{bytes} bytes, of an original of {found} bytes',
  'ended-by-system': 'ended by the system: {text}',
  'no-segment-decodes': 'no segment decodes',
  'joined-segments': 'joined segments: {why}',
  'salvage-after': 'salvage after {seconds} s',
  'no-input': 'no input',
  'nothing-decodes': 'no sound and no picture that decodes',
  'no-json-probe': 'ffprobe printed no JSON',
  'no-sound-no-picture': 'no sound and no moving picture ({container})',
  'picture-too-large': 'the picture is larger than 8192 × 8192',
  'twice-longer': 'longer than {why}, twice',
  'no-segment-plays': 'no segment can be played',
} as const;
