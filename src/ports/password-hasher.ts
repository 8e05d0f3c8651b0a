/** Hashes what people remember. It is slow on purpose, so it takes one at a time and refuses what would wait too long. */
export interface PasswordHasher {
  /** The PHC string of a new salt and this secret, with today's parameters. Throws request.too-many. */
  hash(secret: string): Promise<string>;
  /**
   * Whether a PHC string is that of this secret. `phc` null: compares with a hash of nothing, which takes as long and is never right. `mayStart` is asked when
   * the turn comes; if it throws, nothing is hashed. Throws request.too-many, and whatever `mayStart` throws.
   */
  verify(secret: string, phc: string | null, mayStart?: () => void): Promise<Verdict>;
}

export interface Verdict {
  readonly right: boolean;
  /** It was made with other parameters than today's: hash the secret anew while it is known. */
  readonly outdated: boolean;
}
