import Type from 'typebox';
import { closed, Name, oneOf } from './common.ts';

const LANG = oneOf(['en', 'zh-CN'], 'Language of the report; Chinese if left out.');
const TO = Type.Optional(Name(200));

export const TrailParams = closed({ recording: Type.String({ minLength: 1, maxLength: 64 }) });
export const ReportQuery = closed({ lang: Type.Optional(LANG), to: TO });
