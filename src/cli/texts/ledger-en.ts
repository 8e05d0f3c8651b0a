/** Words about a ledger that is not the one that was written last. */
export const ledgerEn = {
  'ledger.accept.about': 'Use the ledger as it is found, after a backup was put in its place; the custody log tells so',
  'ledger.accepted':
    'The ledger is used as it is. What was wrong with it, if anything, stands in the custody log (ledger.accepted). Now run `evidock verify`.',
  'ledger.accept.running': 'The station is running: its ledger was checked when it started, and there is nothing to accept.',
  'custody.ledger.accepted': 'the ledger was accepted as it was found: {why}',
  'custody.ledger.backed-up': 'the ledger was copied to {file} ({bytes} bytes)',
} as const;
