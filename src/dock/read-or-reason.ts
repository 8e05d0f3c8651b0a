import { isCardFailure } from '#domain/errors';
import { because, type Reason } from '#domain/reason';

type Unread = 'clock-unread' | 'serial-unread' | 'known-unread-on-card';

/**
 * What a file on the card tells, or null with a reason added to `reasons` if it cannot be read. A bad sector in it must not keep the rest of the card from
 * being taken.
 */
export async function readable<T>(code: Unread, reasons: Reason[], read: () => Promise<T | null>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (!isCardFailure(error)) throw error;
    reasons.push(because(code, { why: error.reason }));
    return null;
  }
}
