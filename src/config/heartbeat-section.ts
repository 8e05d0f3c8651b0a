import type { Static } from 'typebox';
import { integer, section, text } from './fields.ts';
import { checkTarget, type Refuse } from './http-rules.ts';

/** `heartbeat` of config/station.yaml. */
export const heartbeat = section(
  'Heartbeat',
  'Tells somebody outside that the station lives and how many duties it has. A station that is silent cannot tell so itself: whoever receives it raises the alarm.',
  {
    url: text({
      title: 'URL',
      description: 'Where it is posted as JSON, signed; https, or http to this machine itself. Empty: no heartbeat.',
      default: '',
      secret: 'path',
    }),
    secretFile: text({ title: 'Secret file', description: 'File with the key of the signature (HMAC-SHA-256).', default: '' }),
    every: integer({ title: 'Every', description: 'Time between two heartbeats.', unit: 'min', default: 5 }, 1, 1440),
    silent: integer(
      { title: 'Silent', description: 'When nothing was taken outside for this long, it is a duty.', unit: 'h', default: 6 },
      1,
      720,
    ),
  },
);

/** Rules of `heartbeat` that the schema cannot express. */
export function checkHeartbeat({ url, secretFile }: Static<typeof heartbeat>, refuse: Refuse): void {
  checkTarget({ url: ['heartbeat.url', url], secretFile: ['heartbeat.secretFile', secretFile] }, refuse);
}
