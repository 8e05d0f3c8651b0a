import type { Ledger, LedgerWriter } from '#ports/ledger';

/** Thrown to roll back the transaction of a dry run. */
class OnlyTried extends Error {
  override readonly name = 'OnlyTried';
}

/**
 * Runs `body` in one transaction. With `dryRun` the transaction is rolled back after `body` has run. So a dry run gives the same figures and throws the same
 * errors as the change itself.
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
