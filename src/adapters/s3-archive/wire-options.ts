import type { TransferOptions } from '#ports/archive';
import type { TransferOptions as WireOptions } from './moving-http.ts';

/** Options for the S3 client's `send`, and for a pause between two tries. */
export function wireOptions(
  { signal, onMoved }: TransferOptions,
  onUp?: (bytes: number) => void,
): { send: WireOptions; rest: { signal?: AbortSignal } } {
  const aborting = signal ? { signal } : {};
  return {
    send: {
      ...(signal ? { abortSignal: signal } : {}),
      onMoved: (up) => {
        onUp?.(up);
        onMoved?.();
      },
    },
    rest: aborting,
  };
}
