/** An MP4 whose first track has so many edits, each of which shows the whole clip again. Its moov must be the last box, so that no offset changes. */
export function withEdits(film: Buffer, edits: number): Buffer {
  const moov = film.lastIndexOf('moov') - 4;
  const trak = film.indexOf('trak', moov) - 4;
  const mdia = film.indexOf('mdia', trak) - 4;
  const old = film.indexOf('edts', trak);
  const box = Buffer.alloc(24 + 12 * edits);
  box.writeUInt32BE(box.length, 0);
  box.write('edts', 4, 'latin1');
  box.writeUInt32BE(box.length - 8, 8);
  box.write('elst', 12, 'latin1');
  box.writeUInt32BE(edits, 20);
  for (let edit = 0; edit < edits; edit += 1) {
    // Segment duration in the movie's timescale (ffmpeg: 1000), media time 0, rate 1.
    box.writeUInt32BE(2000, 24 + 12 * edit);
    box.writeUInt32BE(0x10000, 24 + 12 * edit + 8);
  }
  const made = Buffer.concat([film.subarray(0, mdia), box, film.subarray(mdia)]);
  if (old > 0 && old < mdia) made.write('free', old, 'latin1');
  for (const outer of [moov, trak]) made.writeUInt32BE(film.readUInt32BE(outer) + box.length, outer);
  return made;
}
