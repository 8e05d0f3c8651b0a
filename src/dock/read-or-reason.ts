import { isCardFailure } from '#domain/errors';

/** What a file on the card would have told, or null: a bad sector in it must not keep the rest of the card from being taken. */
export async function readable<T>(what: string, reasons: string[], read: () => Promise<T | null>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (!isCardFailure(error)) throw error;
    reasons.push(`${what} could not be read from the card (${error.detail})`);
    return null;
  }
}
