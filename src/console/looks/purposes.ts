import { useRows } from '../client/queries.ts';
import { useLanguage } from '../texts/say.ts';

/** Titles of the purposes for which one may look, by their codes; a code that the policy has no more stays itself. */
export function usePurposes(): (code: string) => string {
  const language = useLanguage();
  const { rows } = useRows('GET /api/v1/purposes', {}, { topics: ['policies'] });
  return (code) => rows.find((purpose) => purpose.code === code)?.title[language] ?? code;
}
