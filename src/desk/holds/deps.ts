import type { DeskDeps } from '#desk/deps';

/** The part of the desk's own that legal hold uses. */
export type HoldDeps = Pick<DeskDeps, 'ledger' | 'clock' | 'archive'> & { readonly facts: Pick<DeskDeps['facts'], 'stationId'> };
