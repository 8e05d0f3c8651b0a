import { type Answer, ask, Refused } from '../client/request.ts';
import type { Say, TextKey } from './texts.ts';

/** What officers are shown of their own. */
export type OwnRecording = Answer<'GET /api/v1/kiosks/visit/recordings'>['items'][number];
export type OwnDocking = Answer<'GET /api/v1/kiosks/visit/dockings'>['items'][number];

/** An officer who stands before the screen. Nothing of them is kept anywhere else. */
export interface Visitor {
  readonly officer: string;
  readonly name: string;
  /** When the station lets them do no more, `performance.now()`. */
  readonly untilMs: number;
}

type Shown = { readonly badge: string } | { readonly officer: string; readonly pin: string };

/** Lets an officer in. Throws as `ask` does. */
export async function enter(shown: Shown): Promise<Visitor> {
  const { officer, name, seconds } = await ask('POST /api/v1/kiosks/visit', { body: shown });
  return { officer, name, untilMs: performance.now() + seconds * 1000 };
}

/** The officer leaves. A station that does not answer ends the visit by its time. */
export async function leave(): Promise<void> {
  await ask('DELETE /api/v1/kiosks/visit', {}).catch(() => null);
}

/** Why it did not work, in words that help who stands there. `words` gives those of the catalogue of errors. */
export function failureText(error: unknown, say: Say, words: (code: string) => { readonly what: string; readonly remedy: string }): string {
  if (!(error instanceof Refused)) return say('kiosk.error.unreached');
  const { code } = error.problem;
  if (code === 'sign-in.wrong') return say('kiosk.visit.wrong');
  if (code === 'sign-in.locked' || code === 'request.too-many') return say('kiosk.visit.locked');
  if (code === 'request.signed-out') return say('kiosk.error.gone');
  return error.problem.detail ?? words(code).what;
}

export function categoryText(category: string, say: Say): string {
  return say(`kiosk.category.${category}` as TextKey);
}
