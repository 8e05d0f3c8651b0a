import { isFailure } from '#domain/errors';
import type { VaultRoom } from '#ports/vault-room';

/**
 * Opens a draft of `bytes` bytes. Where it does not fit, room is made first. Another draft may take that room, so more is made, as long as something can be
 * freed. Throws vault.full when nothing can.
 */
export async function withRoom<D>(room: VaultRoom, bytes: number, open: () => Promise<D>): Promise<D> {
  for (;;) {
    try {
      return await open();
    } catch (error) {
      if (!isFailure(error, 'vault.full') || (await room.makeRoom(bytes)) === 0) throw error;
    }
  }
}
