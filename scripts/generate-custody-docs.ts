import { writeFileSync } from 'node:fs';
import { custodyMarkdown } from '#domain/custody/reference';

writeFileSync(new URL('../docs/custody.md', import.meta.url), custodyMarkdown());
