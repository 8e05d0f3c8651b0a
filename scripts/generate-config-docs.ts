import { writeFileSync } from 'node:fs';
import { exampleYaml, referenceMarkdown } from '#config/reference';

writeFileSync(new URL('../docs/config.md', import.meta.url), referenceMarkdown());
writeFileSync(new URL('../config/station.example.yaml', import.meta.url), exampleYaml());
