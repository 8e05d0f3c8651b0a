/** Texts of `evidock derive`, in English. */
export const deriveEn = {
  'derive.about': "Make playable copies and pictures again, by today's recipes",
  'derive.arg.recordings': 'recordings; none: all, or those that an option chooses',
  'derive.opt.again': 'make what is there again, at the lowest priority; it stays until the new one is verified',
  'derive.opt.failed': 'only recordings of which nothing could be made',
  'derive.opt.recipe': 'only recordings with something made by this recipe (remux/1)',
  'derive.opt.yes': 'begin; without it only the count is told',
  'derive.needs-again': 'derive needs --again: what was never made is made by itself',
  'work.untold': 'Done as far as there is anything to do: of recordings that you may not see no figures are told.',
  'derive.none': 'There is nothing to make again.',
  'derive.count': '{recordings} {recordings:recording|recordings} ({bytes}) would be made again. Add --yes to begin.',
  'derive.started':
    '{recordings} {recordings:recording|recordings} ({bytes}) {recordings:is|are} being made again, behind everything else: evidock jobs --stage derive',
} as const;
