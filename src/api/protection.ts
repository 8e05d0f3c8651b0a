import Type from 'typebox';
import { CONFIDENTIALITY, PRIVACY_MARKS } from '#domain/protection';
import { closed, oneOf } from './common.ts';

/** Schemas of confidentiality levels and privacy marks. */

export const ConfidentialityText = oneOf(CONFIDENTIALITY);
export const PrivacyText = Type.Array(oneOf(PRIVACY_MARKS), { maxItems: PRIVACY_MARKS.length });

/** Level and marks of a case or a recording itself, without those that count from elsewhere. */
export const PROTECTION = {
  confidentiality: Type.Union([ConfidentialityText, Type.Null()], { description: 'null: not marked.' }),
  privacy: PrivacyText,
};

const From = Type.Array(Type.Object({ kind: oneOf(['recording', 'case']), id: Type.String() }), { description: 'Who has this mark.' });

export const EffectiveJson = Type.Object(
  {
    confidentiality: Type.Union([Type.Object({ level: ConfidentialityText, from: From }), Type.Null()]),
    privacy: Type.Array(Type.Object({ mark: oneOf(PRIVACY_MARKS), from: From })),
  },
  { description: 'What counts: the highest of its own level and those of its cases, and every mark of them.' },
);

export const ProtectionBody = closed({
  confidentiality: Type.Optional(
    Type.Union([ConfidentialityText, Type.Null()], { description: 'null takes it away; left out, it stays.' }),
  ),
  addPrivacy: Type.Optional(PrivacyText),
  removePrivacy: Type.Optional(PrivacyText),
  reason: Type.Optional(Type.String({ maxLength: 2000, description: 'Needed to lower the level, to take it or a mark away.' })),
});
