import type { Action } from './policy.ts';
import type { Task } from './tasks.ts';

/** The task without which nobody may even ask for an action on a recording. */
export const TASK_OF: Readonly<Record<Action, Task>> = {
  see: 'find-footage',
  look: 'show-footage',
  hear: 'show-footage',
  download: 'show-footage',
  export: 'show-footage',
  tag: 'tag-footage',
  mark: 'tag-footage',
  hold: 'tag-footage',
  approve: 'decide-call-up',
};
