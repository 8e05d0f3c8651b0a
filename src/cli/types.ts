/** What the API answers, as far as commands read it; the schemas are in src/serve/schemas.ts. */

export interface RecordingAnswer {
  readonly id: string;
  readonly recorderSerial: string;
  readonly kind: string;
  readonly officerId: string | null;
  readonly officerSource: string | null;
  readonly caseNumbers: readonly string[];
  readonly category: string | null;
  readonly important: boolean;
  readonly state: string;
  readonly damaged: boolean;
  readonly damageReason: string | null;
  readonly notes: readonly { readonly code: string; readonly parameters: Readonly<Record<string, string | number>> }[];
  readonly links: readonly { readonly relation: string; readonly recordingId: string }[];
  readonly claimedStart: string | null;
  readonly claimedFrom: string | null;
  readonly startClaims: readonly {
    readonly source: string;
    readonly reading: string;
    readonly written: string;
    readonly until: string | null;
    readonly start: string | null;
    readonly verdict: string;
    readonly why: string | null;
  }[];
  readonly start: string | null;
  readonly clockOffsetMs: number | null;
  readonly durationMs: number | null;
  readonly duplicateOf: string | null;
  readonly playable: boolean;
  readonly originals: readonly {
    readonly index: number;
    readonly cardPath: string;
    readonly shownPath: string;
    readonly bytes: number;
    readonly sha256: string | null;
    readonly unreadable: readonly { readonly start: number; readonly end: number }[];
    readonly state: string;
    readonly kind: string;
  }[];
  readonly copies: readonly { readonly where: string; readonly verifiedAt: string }[];
  readonly derivatives: readonly { readonly kind: string; readonly mediaType: string; readonly bytes: number; readonly recipe: string }[];
  readonly replacedBy: string | null;
  readonly trouble: readonly { readonly stage: string; readonly state: string; readonly code: string; readonly detail: string }[];
}

export interface CustodyAnswer {
  readonly seq: number;
  readonly at: string;
  readonly type: string;
  readonly actor: string;
  readonly subject: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface WorkAnswer {
  readonly id: string;
  readonly stage: string;
  readonly recordingId: string;
  readonly state: string;
  readonly percent: number;
  readonly attempts: number;
  readonly dueAt: string;
  readonly errorCode: string | null;
  readonly errorDetail: string | null;
}

interface ProblemAnswer {
  readonly code: string;
  readonly detail: string;
}

export interface DockingAnswer {
  readonly docking: {
    readonly id: string;
    readonly slot: number;
    readonly recorderSerial: string;
    readonly state: 'reading' | 'safe' | 'problem' | 'removed' | 'interrupted';
    readonly problem: ProblemAnswer | null;
    readonly listedAt: string | null;
    readonly filesListed: number;
    readonly filesKnown: number;
    readonly filesRefused: number;
    readonly bytesListed: number;
    readonly filesToRecheck: number;
    readonly filesRechecked: number;
  };
  readonly progress: {
    readonly listed: number;
    readonly copied: number;
    readonly sealed: number;
    readonly bytes: number;
    readonly listedBytes: number;
    readonly sealedBytes: number;
  };
  readonly refusals: readonly { readonly cardPath: string; readonly code: string; readonly detail: string }[];
  readonly recordings: readonly { readonly id: string; readonly damaged: boolean }[];
  readonly pending: readonly WorkAnswer[];
}

export interface RecheckAnswer {
  readonly files: number;
  readonly done: number;
  readonly unread: number;
}

export interface SlotAnswer {
  readonly slot: number;
  readonly port: string;
  readonly dockingId: string | null;
  readonly recorderSerial: string | null;
  readonly officerId: string | null;
  readonly phase: string;
  readonly driverId: string | null;
  readonly waiting: 'disk' | 'turn' | null;
  readonly warning: ProblemAnswer | null;
  readonly explain: readonly string[];
  readonly filesListed: number;
  readonly filesSealed: number;
  readonly filesRefused: number;
  readonly bytesListed: number;
  readonly bytesCopied: number;
  readonly bytesPerSecond: number;
  readonly secondsLeft: number | null;
  readonly recheck: RecheckAnswer | null;
  readonly problem: ProblemAnswer | null;
}

export interface HubAnswer {
  readonly hub: string;
  readonly recorders: number;
  readonly bytesPerSecond: number;
  readonly slots: readonly number[];
}

export interface PortAnswer {
  readonly port: string;
  readonly hub: string | null;
  readonly slot: number | null;
  readonly facts: readonly string[];
}

export interface SlotChangeAnswer {
  readonly port: string;
  readonly slot: number;
  readonly before: number | null;
  readonly moved: { readonly port: string; readonly slot: number } | null;
}

export interface CaseAnswer {
  readonly number: string;
  readonly title: string;
  readonly stage: string;
  readonly category: string | null;
  readonly officerIds: readonly string[];
}

export interface SuggestionAnswer {
  readonly id: string;
  readonly recordingId: string;
  readonly caseNumber: string;
  readonly reason: string;
  readonly state: string;
}
