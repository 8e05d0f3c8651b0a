/** Texts of the command line itself, in English. */
export const consoleEn = {
  'option.quiet': 'say nothing but what was asked for and what failed',
  'option.dry-run': 'only tell what would be changed',
  'completion.about': 'Print a script that completes commands and options with the tab key',
  'completion.arg.shell': 'the shell it is for',
  'import.would': '{added} would be added, {updated} changed or left as they are. Nothing was changed.',
  'jobs.would-retry': '{count} {count:piece|pieces} of work would be tried again. Nothing was changed.',
} as const;
