import Type, { type Static } from 'typebox';
import { ReasonSchema } from './common.ts';

export const NetworkJson = Type.Object({
  tls: Type.Union(
    [
      Type.Object({
        sha256: Type.String({ description: 'Fingerprint of the certificate in force: SHA-256 of its DER form.' }),
        notAfter: Type.String({ description: 'When it ends (RFC 3339).' }),
        refused: Type.Union([ReasonSchema, Type.Null()], {
          description: 'Why what stands in the files now is not in force; null if it is.',
        }),
      }),
      Type.Null(),
    ],
    { description: 'null: the listener itself speaks no TLS.' },
  ),
});

export type NetworkAnswer = Static<typeof NetworkJson>;
