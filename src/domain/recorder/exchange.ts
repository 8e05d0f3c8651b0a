import type { Reason } from '#domain/reason';

/**
 * A vendor's USB exchange as data: what a driver says, and the USB dock carries out. Nothing here can run code: a driver describes packets.
 */

/** Bytes of a packet that is sent, part by part. */
export type SendPart =
  /** Fixed bytes, hexadecimal. */
  | { readonly hex: string }
  /** A named secret of the station, ASCII, filled with zeros to `bytes`; a longer one is refused, not cut. */
  | { readonly secret: string; readonly bytes: number }
  /** The station's local time as 14 digits, `YYYYMMDDhhmmss`. */
  | { readonly time: 'YYYYMMDDhhmmss' };

/** What an answer must look like, part by part; what comes after the last part is ignored. */
export type AnswerPart =
  | { readonly hex: string }
  | { readonly skip: number }
  /** ASCII text of this many bytes under a name; zeros and spaces at its end are cut off. */
  | { readonly capture: 'serial' | 'officer' | 'model' | 'time' | 'battery'; readonly bytes: number };

export interface ExchangeStep {
  /** For people: `ask who it is`. */
  readonly what: Reason;
  readonly send: {
    readonly parts: readonly SendPart[];
    /** Filled with zeros to this length. */
    readonly padTo?: number;
    /** Bulk OUT endpoint number; or a control transfer to the interface. */
    readonly to:
      | { readonly bulk: number }
      | { readonly control: { readonly request: number; readonly value: number; readonly index: number } };
  };
  /** null: nothing is answered. */
  readonly receive: {
    readonly bytes: number;
    readonly from:
      | { readonly bulk: number }
      | { readonly control: { readonly request: number; readonly value: number; readonly index: number } };
    readonly expect: readonly AnswerPart[];
    /** Answers that mean no, with why: tried before `expect`. */
    readonly refusals?: readonly { readonly parts: readonly AnswerPart[]; readonly why: Reason }[];
  } | null;
}

/** Steps on one interface, in order; the first that is refused or not answered in time ends it. */
export interface Exchange {
  readonly interfaceNumber: number;
  /** For each transfer, ms. */
  readonly timeoutMs: number;
  readonly steps: readonly ExchangeStep[];
}

/** How a family looks on the bus, and what it answers to there. */
export interface UsbProfile {
  /** 4 lower-case hexadecimal digits. */
  readonly vendorId: string;
  /** Any product of the vendor if left out. */
  readonly productId?: string;
  /** Part of what its descriptors or its disk say, case ignored: adds to the score where it fits, and costs nothing where it does not. */
  readonly texts?: { readonly manufacturer?: string; readonly product?: string; readonly label?: string };
  /** Who it is: captures serial, officer, model. */
  readonly identify?: Exchange;
  /** Captures time. */
  readonly readClock?: Exchange;
  /** Captures battery: the charge in percent, as digits. */
  readonly readBattery?: Exchange;
  readonly setClock?: Exchange;
  /** It shows its disk only after this; it may come back under other ids in the same port. */
  readonly unlock?: Exchange;
}
