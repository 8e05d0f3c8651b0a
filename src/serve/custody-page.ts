import type { Subject } from '#domain/custody/subject';
import { subjectText } from '#domain/custody/subject';
import { pageOf, wrongCursor } from './pages.ts';
import { Presenter } from './present.ts';
import type { Serving } from './route.ts';

/** One page of the history of a subject, oldest first. */
export async function custodyPage({ deps: { ledger, facts } }: Serving, about: Subject, query: Readonly<Record<string, unknown>>) {
  const presenter = new Presenter(facts.timezone);
  return pageOf({
    list: `custody of ${subjectText(about)}`,
    query,
    read: ({ limit, after }) => {
      const seq = Number(after);
      if (after !== undefined && !Number.isSafeInteger(seq)) throw wrongCursor();
      return ledger.custody.of(about, { limit, ...(after === undefined ? {} : { after: seq }) });
    },
    keyOf: ({ seq }) => String(seq),
    show: (entry) => presenter.custody(entry),
  });
}
