import Type from 'typebox';
import { nullable, oneOf } from './common.ts';

/** Schemas of where a recorder was. */

const count = (description: string) => Type.Integer({ description });

export const TrackJson = Type.Object({
  recording: Type.String(),
  begin: Type.String({ description: 'Time of the first point, by the satellites.' }),
  end: Type.String({ description: 'Time of the last one.' }),
  points: Type.Array(Type.Array(nullable.number()), {
    description:
      'In order, at most 5,000, thinned by equal times. Each is [milliseconds since `begin`, latitude, longitude, km/h or null]; degrees of WGS-84, north and east positive.',
  }),
  lengthM: Type.Number({ description: 'The way along the points, metres; standing still does not count.' }),
  fixes: count('Fixes that the files hold, with those that were left out.'),
  dropped: Type.Object(
    {
      unreadable: count('A wrong sum, no time, or a date that no calendar has.'),
      nowhere: count('Outside the globe, or at 0° 0°.'),
      otherTime: count('More than twelve hours away from the recording.'),
      backwards: count('Before the fix before.'),
      tooFast: count('Farther away than any vehicle gets in that time.'),
    },
    { description: 'Fixes that were left out, by why.' },
  ),
  files: Type.Array(
    Type.Object({
      original: count('Its index.'),
      shownPath: Type.String(),
      format: oneOf(['nmea', 'gpx']),
      points: count('Points that it gave.'),
      whole: Type.Boolean({ description: 'false: it is so large, or came so slowly, that only its beginning was read.' }),
    }),
    { description: 'The files that it was read from, as they were sealed.' },
  ),
  filesLeft: count('Files that were not read, because there are so many.'),
});
