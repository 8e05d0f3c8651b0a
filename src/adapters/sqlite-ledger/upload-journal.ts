import type { Kysely } from 'kysely';
import { EvidockError } from '#domain/errors';
import { because } from '#domain/reason';
import type { UploadJournal, UploadName, UploadState } from '#ports/archive';
import type { Schema } from './schema.ts';

type Serialise = <T>(body: (db: Kysely<Schema>) => Promise<T>) => Promise<T>;

/** The journal of uploads in the ledger. Each call is a transaction of its own. */
export class SqlUploadJournal implements UploadJournal {
  readonly #read: Kysely<Schema>;
  readonly #write: Serialise;

  constructor(read: Kysely<Schema>, write: Serialise) {
    this.#read = read;
    this.#write = write;
  }

  async load(key: string): Promise<UploadState | null> {
    const upload = await this.#read.selectFrom('uploads').selectAll().where('key', '=', key).executeTakeFirst();
    return upload ? this.#state(upload) : null;
  }

  async all(): Promise<readonly UploadState[]> {
    const uploads = await this.#read.selectFrom('uploads').selectAll().orderBy('started_at').limit(10_000).execute();
    return Promise.all(uploads.map((upload) => this.#state(upload)));
  }

  async #state(upload: Schema['uploads']): Promise<UploadState> {
    const parts = await this.#read
      .selectFrom('upload_parts')
      .select(['number', 'etag', 'bytes'])
      .where('key', '=', upload.key)
      .orderBy('number')
      .execute();
    return { key: upload.key, uploadId: upload.upload_id, partBytes: upload.part_bytes, startedAtMs: upload.started_at, parts };
  }

  async begin(state: Omit<UploadState, 'parts'>): Promise<void> {
    await this.#write(async (db) => {
      await db.deleteFrom('uploads').where('key', '=', state.key).execute();
      await db
        .insertInto('uploads')
        .values({ key: state.key, upload_id: state.uploadId, part_bytes: state.partBytes, started_at: state.startedAtMs })
        .execute();
    });
  }

  async part({ key, uploadId }: UploadName, part: { number: number; etag: string; bytes: number }): Promise<void> {
    await this.#write(async (db) => {
      const known = await db.selectFrom('uploads').select('upload_id').where('key', '=', key).executeTakeFirst();
      if (known?.upload_id !== uploadId) throw new EvidockError('work.lease-lost', because('upload-other', { key }));
      await db
        .insertInto('upload_parts')
        .values({ key, ...part })
        .onConflict((on) => on.columns(['key', 'number']).doUpdateSet({ etag: part.etag, bytes: part.bytes }))
        .execute();
    });
  }

  async forget({ key, uploadId }: UploadName): Promise<void> {
    await this.#write(async (db) => {
      await db.deleteFrom('uploads').where('key', '=', key).where('upload_id', '=', uploadId).execute();
    });
  }
}
