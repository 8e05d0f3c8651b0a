import type { Disposal, DisposalItem, DisposalState, ItemState, Tombstone } from '#domain/destruction/disposal';
import type { DoomedFile } from '#domain/destruction/proof';
import type { Page } from './page.ts';

/** A file that is being destroyed: the intention is on record, and that it is gone is not yet. */
export interface Destruction {
  readonly doomed: DoomedFile;
  readonly why: 'eviction' | 'disposal';
  readonly disposalId: string | null;
  readonly beganAtMs: number;
}

/** Lists of recordings that are to be disposed of, what is being destroyed, and what stays of what is gone. */
export interface DisposalsReader {
  get(id: string): Promise<Disposal | null>;
  /** Newest first. `after`: lists with a lower id. */
  list(page: Page & { readonly states?: readonly DisposalState[] }): Promise<readonly Disposal[]>;
  /** Sorted by the id of the recording. `after`: recordings with a higher id. */
  items(disposalId: string, page: Page & { readonly state?: ItemState }): Promise<readonly DisposalItem[]>;
  item(disposalId: string, recordingId: string): Promise<DisposalItem | null>;
  /** The list that is not done or cancelled and has this recording, whatever the item's state; null if there is none. */
  openOf(recordingId: string): Promise<Disposal | null>;
  /** Sorted by place and key. */
  destructions(page: { readonly recordingId?: string; readonly limit: number }): Promise<readonly Destruction[]>;
  tombstone(recordingId: string): Promise<Tombstone | null>;
  /** Sorted by the id of the recording. */
  tombstones(disposalId: string, page: Page): Promise<readonly Tombstone[]>;
}

export interface DisposalsWriter {
  insert(disposal: Disposal): Promise<void>;
  update(id: string, patch: Partial<Omit<Disposal, 'id' | 'rule' | 'dueBeforeMs' | 'proposed'>>): Promise<void>;
  insertItem(item: DisposalItem): Promise<void>;
  updateItem(disposalId: string, recordingId: string, patch: Partial<Pick<DisposalItem, 'state' | 'why'>>): Promise<void>;
  /** Notes what is about to be destroyed. The same file again, after a crash, takes the new values. */
  beginDestruction(destruction: Destruction): Promise<void>;
  endDestruction(doomed: Pick<DoomedFile, 'where' | 'key'>): Promise<void>;
  /**
   * Writes the tombstone, sets the recording to `disposed`, and takes away the rows of its copies, derivatives, leftovers and work.
   */
  insertTombstone(tombstone: Tombstone): Promise<void>;
}
