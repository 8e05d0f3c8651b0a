import { BadgeBody, BadgeJson, PinBody, UserParams } from '#api/doors';
import { assignBadge, removeBadge, removePin, setPin } from '#desk/doors/badges';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import { Presenter } from '#serve/present';
import { keepingOf, type Principal } from '#serve/principal';
import { command, type Route } from '#serve/route';

/** What officers show at a kiosk: a PIN that they choose, a badge that the custodian gives them. */
export const badgeRoutes: readonly Route[] = [
  command({
    method: 'PUT',
    url: '/api/v1/session/pin',
    needs: 'own-account',
    reads: 'station',
    summary: 'The officer who is signed in chooses a PIN for kiosks',
    custody: ['pin.set'],
    schema: { body: PinBody },
    handle: ({ deps }, { body: { pin }, principal, actor }) =>
      setPin({ ...deps, hasher: deps.signIn.hasher }, { user: oneself(principal), pin, actor }),
  }),
  command({
    method: 'DELETE',
    url: '/api/v1/session/pin',
    needs: 'own-account',
    reads: 'station',
    summary: 'The PIN of who is signed in is good no more',
    custody: ['pin.removed'],
    schema: {},
    handle: async ({ deps }, { principal, actor, custody }) => {
      if (!(await removePin(deps, { user: oneself(principal), actor }))) custody.unchanged();
    },
  }),
  command({
    method: 'PUT',
    url: '/api/v1/users/:id/badge',
    needs: 'change-registry',
    reads: 'station',
    summary: 'Gives an officer of one’s own unit, or of one below it, a badge, in place of the one before',
    custody: ['badge.assigned'],
    schema: { params: UserParams, body: BadgeBody, response: BadgeJson },
    handle: async ({ deps }, { params: { id }, body: { badge }, principal }) => {
      const { user, ending, assignedAtMs } = await assignBadge(deps, { user: id, badge, ...keepingOf(principal) });
      return { user, ending, assignedAt: new Presenter(deps.facts.timezone).time(assignedAtMs) };
    },
  }),
  command({
    method: 'DELETE',
    url: '/api/v1/users/:id/badge',
    needs: 'change-registry',
    reads: 'station',
    summary: 'The badge of an officer is good no more',
    custody: ['badge.removed'],
    schema: { params: UserParams },
    handle: ({ deps }, { params: { id }, principal }) => removeBadge(deps, { user: id, ...keepingOf(principal) }),
  }),
];

/** The control socket has every task, and is no person. */
function oneself({ kind, asker }: Principal): string {
  if (kind !== 'user') throw new EvidockError('request.conflict', because('only-person', {}));
  return asker.id;
}
