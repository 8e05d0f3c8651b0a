/* A process that trusts the certificate in NODE_EXTRA_CA_CERTS: `node tls-put.ts ENDPOINT KEY DIRECTORY`. It puts an object and prints the outcome. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { openLedger } from '#adapters/sqlite-ledger/ledger';
import { archiveOn } from '#test/support/archive/s3-server';
import { putOf } from '../../contract/archive.ts';

const [endpoint = '', key = '', directory = ''] = process.argv.slice(2);
const ledger = await openLedger({ file: join(directory, 'ledger.sqlite'), stationId: 'test1' });
const server = { endpoint, bucket: 'evidence', accessKeyId: key, secretAccessKey: key, stop: async () => undefined };
const archive = archiveOn(server, ledger.uploads, { partBytes: 5 * 1024 * 1024 });
try {
  const request = putOf('2026/06/20/rec-tls/o', randomBytes(12 * 1024 * 1024));
  let moved = 0;
  await archive.put({ ...request, onMoved: () => (moved += 1) });
  console.log(JSON.stringify({ how: await archive.verify(request, { policy: 'readback' }), moved, checked: await archive.check() }));
} catch (error) {
  console.log(JSON.stringify({ failure: error instanceof Error ? error.message : String(error) }));
} finally {
  await archive.close();
  await ledger.close();
}
