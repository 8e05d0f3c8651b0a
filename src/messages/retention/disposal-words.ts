import { hasText, type Say } from '../language.ts';

/** By which schedule a list is due: `schedule-2` in words. */
export function scheduleName(say: Say, rule: string): string {
  const [, version] = /^schedule-(\d+)$/.exec(rule) ?? [];
  return version === undefined ? rule : say('disposal.schedule', { version });
}

export function roleNames(say: Say, roles: readonly string[]): string {
  const nameOf = (role: string) => {
    const key = `role.${role}`;
    return hasText(key) ? say(key) : role;
  };
  return roles.length === 0 ? '—' : roles.map(nameOf).join(', ');
}
