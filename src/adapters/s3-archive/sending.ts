/** What a command of the SDK is sent with: a signal that ends it, where there is one. */
export function sending(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return signal ? { abortSignal: signal } : {};
}
