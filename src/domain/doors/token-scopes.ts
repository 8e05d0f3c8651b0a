import { ACTIONS, type Action } from '#domain/access/policy';
import { TASK_OF } from '#domain/access/task-of';
import { TASKS, type Task } from '#domain/access/tasks';

/** What a token may be made for: tasks, and actions on a recording. */
export type TokenScope = Task | Action;

/**
 * No program gets these. With `own-account` a token could make the next token, and so outlive its own revocation and its owner's password. `kiosk` is for
 * paired screens alone.
 */
const NEVER: readonly Task[] = ['own-account', 'kiosk'];

export const TOKEN_SCOPES: readonly TokenScope[] = [...TASKS.filter((task) => !NEVER.includes(task)), ...ACTIONS];

function isTokenScope(name: string): name is TokenScope {
  return (TOKEN_SCOPES as readonly string[]).includes(name);
}

/** The scopes as they are kept: in one order, each once. Names of which nobody knows anything are handed back apart. */
export function readScopes(names: readonly string[]): { readonly scopes: readonly TokenScope[]; readonly unknown: readonly string[] } {
  return { scopes: TOKEN_SCOPES.filter((scope) => names.includes(scope)), unknown: names.filter((name) => !isTokenScope(name)) };
}

/** Those of the scopes that somebody with these tasks does not have, and so cannot hand on. */
export function scopesBeyond(scopes: readonly TokenScope[], tasks: ReadonlySet<Task>): readonly TokenScope[] {
  return scopes.filter((scope) => !tasks.has(taskBehind(scope)));
}

/** What a token may do at most. Scopes that this version does not know any more give nothing. */
export function rightsOf(scopes: readonly string[]): { readonly tasks: readonly Task[]; readonly actions: readonly Action[] } {
  const known = scopes.filter(isTokenScope);
  const actions = ACTIONS.filter((action) => known.includes(action) || known.includes(TASK_OF[action]));
  return {
    tasks: TASKS.filter((task) => known.some((scope) => taskBehind(scope) === task)),
    // Whoever may do something with a recording may also know that it is there.
    actions: actions.length > 0 && !actions.includes('see') ? ['see', ...actions] : actions,
  };
}

/** The task without which a scope is worth nothing. */
function taskBehind(scope: TokenScope): Task {
  return (TASK_OF as Readonly<Record<string, Task | undefined>>)[scope] ?? (scope as Task);
}
