import type { Ledger, LedgerWriter } from '#ports/ledger';

/** Ends a transaction that was only tried. */
class OnlyTried extends Error {
  override readonly name = 'OnlyTried';
}

/**
 * Runs `body` in one transaction; with `dryRun` everything that it wrote is taken back. So a dry run finds whatever the change itself would find: it
 * tells the same figures and throws the same errors.
 */
export async function changeOrTry<T>(ledger: Ledger, dryRun: boolean, body: (writer: LedgerWriter) => Promise<T>): Promise<T> {
  let tried: { readonly outcome: T } | undefined;
  try {
    return await ledger.transaction(async (writer) => {
      const outcome = await body(writer);
      if (!dryRun) return outcome;
      tried = { outcome };
      throw new OnlyTried();
    });
  } catch (error) {
    if (tried && error instanceof OnlyTried) return tried.outcome;
    throw error;
  }
}
