/** What an original is. `sidecar` roles carry the kind of the file itself (log, photo, track, …); `leftover`: of an operating system, not of the recorder. */
export const KINDS = ['video', 'audio', 'photo', 'document', 'log', 'track', 'leftover', 'unrecognised'] as const;
export type Kind = (typeof KINDS)[number];
