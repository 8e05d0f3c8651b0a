import { readFile, writeFile } from 'node:fs/promises';

/** From the time `fromMs` on, makes the time of each tag of an FLV file later by `byMs` (Adobe Flash Video File Format 10.1, §E.4.1). */
export async function setFlvClock(path: string, byMs: number, fromMs = 1000): Promise<void> {
  const bytes = await readFile(path);
  let isSet = false;
  for (let at = 13; at + 11 < bytes.length; at += 15 + bytes.readUIntBE(at + 1, 3)) {
    const told = bytes.readUIntBE(at + 4, 3);
    isSet ||= told >= fromMs;
    if (isSet) bytes.writeUIntBE(told + byMs, at + 4, 3);
  }
  await writeFile(path, bytes);
}
