import Type from 'typebox';
import { CLOCK_KINDS, type ClockKind } from '#domain/clock/clock-state';
import type { Viewer } from '#domain/look/look';
import { nullable } from './define-entry.ts';
import { closed, code, id, sha256, words } from './fields.ts';
import { type Subject, subject } from './subject.ts';

/*
 * The form in which entries tell who looked, searched or was refused, and by what right. Name, address and program are personal: they stand beside the log.
 */

const ROLES_MAX = 10;

export const clockCode = () => code(`How the clock of the station stood: ${CLOCK_KINDS.map((kind) => `\`${kind}\``).join(', ')}.`);

/** Who it was then, in the entry itself. */
export const viewerFields = () => ({
  user: nullable(id('Id of the account; null: nobody with an account.')),
  roles: Type.Array(code(), { maxItems: ROLES_MAX, description: 'Roles then.' }),
  byOfficer: nullable(id('Number of the officer who it was.')),
  byUnit: nullable(id('Unit of who it was, then.')),
  knownBy: Type.Optional(
    code('How they signed in, or what else they showed: `password+totp`, `oidc`, `token`, `kiosk-visit`, `control-socket`, …'),
  ),
  clock: Type.Optional(clockCode()),
  requestId: Type.Optional(id('Id of the request, as its answer named it in `x-request-id`; of a look: of its first request.')),
});

export const viewerWords = () => ({
  name: nullable(words('Name of who it was, then.')),
  address: nullable(words('IP address.')),
  agent: nullable(words('User-Agent as it was sent.')),
});

/** What, who and by what right. */
export const lookTold = () =>
  closed({
    ...{ id: id('Id of the look.'), item: id('Id of the original or derivative.'), sha256: sha256() },
    ...{ officer: nullable(id('Officer shown, then.')), unit: nullable(id('Unit of the recording, then.')) },
    ...viewerFields(),
    policy: nullable(Type.Integer({ description: 'Version of the policy that decided.' })),
    rule: nullable(id('Rule that allowed it; `break-glass`: the control socket.')),
    ...{ case: nullable(id()), grant: nullable(id('Grant that covers it.')), reason: nullable(code('Code of the stated reason.')) },
  });

interface TiedTo {
  readonly user?: string | null;
  readonly case?: string | null;
}

/** The account and the case whose histories have the entry too. */
export function lookSubjects(told: TiedTo | undefined): readonly Subject[] {
  return [
    ...(typeof told?.user === 'string' ? [subject('user', told.user)] : []),
    ...(typeof told?.case === 'string' ? [subject('case', told.case)] : []),
  ];
}

const AGENT_MAX = 300;

export function describeViewer({ user, roles, officer, unit, knownBy, requestId }: Viewer, clock: ClockKind) {
  return {
    ...{ user, roles: roles.slice(0, ROLES_MAX), byOfficer: officer, byUnit: unit, clock },
    ...(knownBy === null ? {} : { knownBy }),
    ...(requestId === null ? {} : { requestId }),
  };
}

/** What is not known is left out, so that no commitment to nothing is kept. */
export function wordsOfViewer({ name, address, agent }: Viewer): { name?: string; address?: string; agent?: string } {
  return {
    ...(name === null ? {} : { name }),
    ...(address === null ? {} : { address }),
    ...(agent === null ? {} : { agent: agent.slice(0, AGENT_MAX) }),
  };
}

export const LOOK = 'lok-01k0d5w7q3-hz01-7777777777';
const WHO_EXAMPLE = {
  user: 'usr-01k0d5w7q3-hz01-4444444444',
  roles: ['auditor'],
  byOfficer: '040007',
  byUnit: 'unt-01k0d5w7q3-hz01-6666666666',
  knownBy: 'password+totp',
  clock: 'steady',
  requestId: '5f0c7f0e-3a55-4f0e-9d43-0c5d8a6e2b11',
};
export const LOOK_EXAMPLE = {
  ...{ id: LOOK, item: 'drv-01k0d5w7q3-hz01-1111111111', sha256: 'ab'.repeat(32), officer: '041234' },
  ...{ unit: 'unt-01k0d5w7q3-hz01-5555555555', ...WHO_EXAMPLE },
  ...{ policy: 3, rule: 'auditor-by-case', case: 'LY-2026-0012', grant: 'grt-01k0d5w7q3-hz01-2222222222', reason: 'complaint' },
};
export const VIEWER_EXAMPLE = { name: 'Li Ming', address: '10.20.0.15', agent: 'Mozilla/5.0' };
export const WHO = WHO_EXAMPLE;
