/** Texts about a ledger that is not the one that was written last, and about recordings that wait or have failed. */
export const troubleEn = {
  'ledger.accept.about': 'Use the ledger as it is found, after a backup was put in its place; the custody log tells so',
  'ledger.accepted':
    'The ledger is used as it is. What was wrong with it, if anything, stands in the custody log (ledger.accepted). Now run `evidock verify`.',
  'ledger.accept.running': 'The station is running: its ledger was checked when it started, and there is nothing to accept.',
  'mark.failed': '{stage}-failed',
  'mark.failing': '{stage}-failing',
  'mark.waits': 'waits-for-its-recorder',
  'recording.waits':
    'It waits for {count} {count:file that is|files that are} still on recorder {serial}: {files}. Dock that recorder again; what it no longer holds does not come.',
  'recording.failed': '{stage} failed: {what}: {detail}',
  'recording.failing': '{stage} failed the last time, and is tried again: {what}: {detail}',
  'state.replaced': 'replaced',
  'recording.replaced': 'Closed as replaced: the file changed on the recorder before it was copied, and its new version is sealed in {by}.',
  'help.place.options': 'options',
  'help.place.command': 'command',
  'help.comma': ', ',
  'usage.emptyPath': 'the name of a file or directory is empty',
} as const;
