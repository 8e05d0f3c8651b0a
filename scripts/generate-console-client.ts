import { writeFileSync } from 'node:fs';
import { consoleClient } from '#serve/contract/console-client';

writeFileSync(new URL('../src/console/client/api.ts', import.meta.url), consoleClient());
