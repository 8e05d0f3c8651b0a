import type { TransferOptions } from '#ports/archive';
import type { TransferOptions as WireOptions } from './moving-http.ts';

/** What the S3 client's `send`, and a pause between two tries, are told of a transfer. */
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
