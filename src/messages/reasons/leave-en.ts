/** Reasons why somebody is not let do what they asked for; `{name}` is a parameter. */
export const leaveEn = {
  'needs-sign-in': 'nobody is signed in',
  'needs-task': 'no role of this account may: {task}',
  'not-told': 'told to those who may see this recorder',
  'not-seen': 'no such recording',
  'rule-refuses': 'rule {rule}',
  'rule-approval': 'rule {rule}; {names} may approve',
  'purpose-approval': 'the reason {given} needs approval',
  'reason-none': 'rule {rule} wants a reason, one of: {names}',
  'reason-unknown': '{given} is none of: {names}',
  'reason-words': 'the reason {given} wants words beside it',
  'reason-malformed': 'reason: is not `CODE` or `CODE: words` with at most {limit} characters of words',
  'case-malformed': 'case: is no number of a case of 1 to {limit} characters',
  'case-not-of': '{recording} belongs to no case {number} that whoever asks may see',
  'sender-unknown': 'nobody was asked who sends this request',
} as const;
