/** Texts before footage is shown. */
export const looksPagesEn = {
  'gate.title': 'Why do you want to see this?',
  'gate.about': 'This look will be put on record: who, when, what was played, and the reason that you state.',
  'gate.purpose': 'Reason',
  'gate.choose': 'Choose a reason',
  'gate.case': 'For case',
  'gate.no-case': 'For none of these cases',
  'gate.words': 'In your own words',
  'gate.enter': 'State it and look',
  'gate.purpose-approval': 'With this reason somebody has to approve first.',
  'gate.approval': 'An approval is needed',
  'gate.approval.about': 'The policy lets you see this after a reviewer of the unit has agreed. Ask, and you are told when it is decided.',
  'gate.ask': 'Ask for it',
  'gate.refused': 'You may not see this',
  'gate.refused.about': 'No rule of the policy lets you do this with it. Your auditor can tell you which rule decides.',
  'poster.of': 'Picture of {id}',
} as const;
