/** Routes that no page uses, each with the reason. */
export const OF_PROGRAMS: Readonly<Record<string, string>> = {
  'GET /metrics': 'for Prometheus',
  'GET /api/v1/openapi.json': 'for programs that make clients',
  'GET /api/v1/kiosks/own/slots': 'for screens that are no browser; the kiosk gets the same by events',
  'POST /api/v1/dockings': 'docks a directory of the machine itself, on the machine: evidock ingest',
  'POST /api/v1/dockings/{id}/removal': 'ends the docking of such a directory: evidock ingest',
  'PUT /api/v1/accounts/{account}/password': 'on the machine alone: evidock user password',
  'POST /api/v1/disposals/{id}/run': 'needs the credential that exists for that run alone, on the machine: evidock disposal run',
};
