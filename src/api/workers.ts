import Type, { type Static } from 'typebox';
import { closed, Name, nullable } from './common.ts';

/** Schemas of workers: other hosts that may take work of this station. */

export const WorkerParams = closed({ name: Name(32) });

export const InviteBody = closed({
  name: Name(32),
  address: Type.Optional(
    Type.String({
      description: '`host:port` by which the worker reaches the station; else that of work.listen.',
      minLength: 3,
      maxLength: 300,
    }),
  ),
});

export const InvitationJson = Type.Object({
  form: Type.String({ description: 'Of the file that `evidock worker --invite` reads: the whole of this answer.' }),
  station: Type.String(),
  worker: Type.String(),
  url: Type.String(),
  key: Type.String({ description: '32 random bytes, base64url; shown this once, never kept.' }),
  certificateSha256: Type.String({ description: 'Of the certificate that the station shows its workers, hex.' }),
});

export const WorkerJson = Type.Object({
  name: Type.String(),
  keySha256: Type.String({ description: 'SHA-256 of its key, hex.' }),
  invitedAt: Type.String(),
  revokedAt: nullable.text('null while its key is good.'),
  running: Type.Integer({ description: 'Work that it holds now.' }),
  heardSecondsAgo: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()], {
    description: 'Since its last call; null: none since the station started.',
  }),
});

export const RevokedJson = Type.Object({
  name: Type.String(),
  work: Type.Integer({ description: 'Work that it held, which waits again.' }),
});

export type InvitationAnswer = Static<typeof InvitationJson>;
export type WorkerAnswer = Static<typeof WorkerJson>;
export type RevokedAnswer = Static<typeof RevokedJson>;
