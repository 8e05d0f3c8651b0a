/** Routes that no page uses, each with the reason. */
export const OF_PROGRAMS: Readonly<Record<string, string>> = {
  'GET /metrics': 'for Prometheus',
  'GET /api/v1/openapi.json': 'for programs that make clients',
  'POST /api/v1/dockings': 'docks a directory of the machine itself, on the machine: evidock ingest',
  'POST /api/v1/dockings/{id}/removal': 'ends the docking of such a directory: evidock ingest',
  'PUT /api/v1/accounts/{account}/password': 'on the machine alone: evidock user password',
  'GET /api/v1/notices/events': 'for programs: pages hear of requests by /changes',
  'GET /api/v1/kiosks/own/slots': 'the kiosk hears of its slots by its stream',
  'GET /api/v1/slots/{slot}': 'pages read the list',
  'GET /api/v1/recorders/{serial}/holdings/{id}': 'pages read the list',
  'GET /api/v1/recordings/{id}/facts': 'for programs; pages show the history in words',
  'GET /api/v1/cases/{number}/facts': 'for programs',
  'GET /api/v1/sign-in/oidc/return': 'the provider sends the browser there',
  'GET /api/v1/users/{id}/facts': 'for programs',
  'GET /api/v1/units/{id}/facts': 'for programs',
};
