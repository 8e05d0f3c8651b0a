import { disposalCliEn } from './disposal-cli-en.ts';

/** Texts of disposal, in English. */
export const disposalTextsEn = {
  ...disposalCliEn,
  'state.disposed': 'disposed of',
  'custody.copy.destroying': 'about to be destroyed in {place}: {key} ({why})',
  'custody.copy.destroyed': 'destroyed in {place}, which lists it no more: {key} ({why})',
  'custody.copy.spared': 'not destroyed in {place} after all: {key}: {reason}',
  'custody.docking.found-disposed':
    '{files} {files:file|files} on the card {files:is|are} of recordings that were disposed of: {left} not taken in again, {held} taken in because a hold covers {held:it|them}',
  'custody.disposal.proposed':
    '{recordings} {recordings:recording|recordings} ({bytes}) proposed for disposal by {rule}; digest of the list {digest}',
  'custody.disposal.listed': 'stands on the list {disposal} for disposal, by rule {rule}',
  'custody.disposal.excluded': 'taken from the list {disposal}: {reason}',
  'custody.disposal.approved': 'list approved by a second person; digest {digest}',
  'custody.disposal.began': 'disposal begun or gone on with: {left} {left:recording|recordings} to go',
  'custody.disposal.halted': 'disposal halted, {left} {left:recording|recordings} to go: {reason}',
  'custody.disposal.ended': 'disposal ended: {destroyed} destroyed, {kept} kept',
  'custody.disposal.cancelled': 'disposal cancelled, {kept} {kept:recording stays|recordings stay}: {reason}',
  'custody.disposal.kept': 'kept, although it was on the list {disposal}: {reason}',
  'custody.recording.disposed': 'disposed of by list {disposal}; tombstone {tombstone}, rule {rule}',
  'certificate.title': 'Certificate of disposal {id}',
  'certificate.made': 'Made {at} (UTC {utc}) by {who} at station {station}, {name}.',
  'certificate.list': 'List',
  'certificate.rule': 'Basis',
  'certificate.digest': 'Digest of the list (SHA-256)',
  'certificate.proposed': 'Proposed by',
  'certificate.approved': 'Approved by',
  'certificate.waited': 'Waiting period until',
  'certificate.ended': 'Ended',
  'certificate.how':
    'Each recording below was destroyed in every place. After the deletion each place was asked for what it lists, and listed nothing of it.',
  'certificate.tombstone': 'Tombstone',
  'certificate.item-rule': 'Rule',
  'certificate.destroyed': 'Destroyed',
  'certificate.entry': 'Entry of the custody log',
  'certificate.manifest': 'Manifest SHA-256 {sha256}',
  'certificate.shared': 'The same bytes stay as {originals}',
  'certificate.end': '{count} {count:recording|recordings}. Newest entry of the custody log: {seq} {hash}',
  'certificate.foot': 'Certificate {id} · page {page} · station {station} · {utc}',
} as const;
