import type { ApiToken } from '#domain/doors/api-token';
import type { Badge, Confirmation, Pin } from '#domain/doors/badge';
import type { Kiosk } from '#domain/doors/kiosk';
import type { Schema } from '../schema.ts';

export function toToken(row: Schema['tokens']): ApiToken {
  return {
    id: row.id,
    owner: row.owner,
    name: row.name,
    scopes: JSON.parse(row.scopes) as string[],
    secretSha256: row.secret_sha256,
    madeAtMs: row.made_at,
    expiresAtMs: row.expires_at,
    lastUseAtMs: row.last_use_at,
    endedAtMs: row.ended_at,
    ended: row.ended as ApiToken['ended'],
  };
}

export function fromToken(token: ApiToken): Schema['tokens'] {
  return {
    id: token.id,
    owner: token.owner,
    name: token.name,
    scopes: JSON.stringify(token.scopes),
    secret_sha256: token.secretSha256,
    made_at: token.madeAtMs,
    expires_at: token.expiresAtMs,
    last_use_at: token.lastUseAtMs,
    ended_at: token.endedAtMs,
    ended: token.ended,
  };
}

export function toKiosk(row: Schema['kiosks']): Kiosk {
  return {
    id: row.id,
    name: row.name,
    slots: JSON.parse(row.slots) as number[],
    secretSha256: row.secret_sha256,
    pairedAtMs: row.paired_at,
    lastSeenAtMs: row.last_seen_at,
    revokedAtMs: row.revoked_at,
  };
}

export function fromKiosk(kiosk: Kiosk): Schema['kiosks'] {
  return {
    id: kiosk.id,
    name: kiosk.name,
    slots: JSON.stringify(kiosk.slots),
    secret_sha256: kiosk.secretSha256,
    paired_at: kiosk.pairedAtMs,
    last_seen_at: kiosk.lastSeenAtMs,
    revoked_at: kiosk.revokedAtMs,
  };
}

export function toPin({ user, hash, set_at }: Schema['pins']): Pin {
  return { user, hash, setAtMs: set_at };
}

export function toBadge({ badge_sha256, ending, user, assigned_at }: Schema['badges']): Badge {
  return { badgeSha256: badge_sha256, ending, user, assignedAtMs: assigned_at };
}

export function toConfirmation({ docking_id, user, kiosk, at }: Schema['confirmations']): Confirmation {
  return { docking: docking_id, user, kiosk, atMs: at };
}
