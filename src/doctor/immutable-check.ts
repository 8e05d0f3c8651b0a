import { HelperImmutable } from '#adapters/usb-dock/helper-immutable';
import { asEvidockError } from '#domain/errors';
import { because, type Reason } from '#domain/reason';

/** Whether sealed files get the immutable attribute, and why not. Files are read-only in any case, so none of it keeps footage from being taken in. */
export async function immutableAttribute(socketPath: string): Promise<{ readonly reason: Reason; readonly warn?: Reason }> {
  if (socketPath === '') return { reason: because('immutable-no-helper', {}) };
  try {
    const { power } = await new HelperImmutable({ socketPath }).change('look', []);
    if (power === 'yes') return { reason: because('immutable-set', {}) };
    if (power === 'none') return { reason: because('immutable-none', {}) };
    return { reason: because('immutable-not-set', {}), warn: because('immutable-forbidden', {}) };
  } catch (error) {
    return { reason: because('immutable-not-set', {}), warn: asEvidockError(error).reason };
  }
}
