import { useState } from 'react';

export interface Work {
  readonly busy: boolean;
  /** What the last one failed with; null: nothing. */
  readonly error: Error | null;
  /** Resolves to true if it was done. What it fails with is kept, to be shown. */
  readonly begin: (work: () => Promise<void>) => Promise<boolean>;
}

/** Something that was begun by a button: whether it runs, and what it failed with. */
export function useWork(): Work {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const begin = async (work: () => Promise<void>) => {
    setBusy(true);
    setError(null);
    try {
      await work();
      return true;
    } catch (failure) {
      if (!(failure instanceof Error)) throw failure;
      setError(failure);
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, begin };
}
