import type { Copy } from '#domain/recording';

/** What the writers of recordings, originals, officers and units tell whoever puts on record what holds reach (holds/reach.ts). */
export interface HoldWatch {
  /** A recording is new, or something by which holds match it changes. */
  note(recordingId: string): void;
  /** What holds match now stays held, whatever the change that follows makes of the recording. Called before that change. */
  before(recordingId: string): Promise<void>;
  /** The same for all recordings of an officer who goes from one of these units to the other. */
  beforeMove(officer: string, units: readonly (string | null)[]): Promise<void>;
  /** A unit is new, or has another parent. */
  unitPlaced(unit: string): void;
  /** One recording takes what another one was: the holds of that one reach it. */
  inherit(fromRecordingId: string, recordingId: string): Promise<void>;
  /** A copy is about to go on record. */
  copied(copy: Pick<Copy, 'recordingId' | 'itemId' | 'where' | 'key'>): Promise<void>;
}
