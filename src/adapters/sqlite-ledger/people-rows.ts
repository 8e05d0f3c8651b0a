import type { Selectable } from 'kysely';
import type { Role } from '#domain/access/roles';
import type { Unit } from '#domain/people/unit';
import type { SetUpLink, User, UserState } from '#domain/people/user';
import type { Schema } from './schema.ts';

export function toUser(row: Selectable<Schema['users']>): User {
  return {
    id: row.id,
    account: row.account,
    name: row.name,
    officer: row.officer,
    unit: row.unit,
    roles: JSON.parse(row.roles) as Role[],
    state: row.state as UserState,
    createdAtMs: row.created_at,
  };
}

export function toUnit({ id, name, parent, created_at, closed_at }: Selectable<Schema['units']>): Unit {
  return { id, name, parent, createdAtMs: created_at, closedAtMs: closed_at };
}

export function toSetUpLink({ user_id, token_sha256, made_at, ends_at }: Selectable<Schema['set_up_links']>): SetUpLink {
  return { user: user_id, tokenSha256: token_sha256, madeAtMs: made_at, endsAtMs: ends_at };
}
