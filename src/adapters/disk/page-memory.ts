// Node's types do not declare this global: they leave it to TypeScript's library for browsers.
declare const WebAssembly: {
  Memory: new (pages: { initial: number; maximum: number; shared: true }) => { buffer: SharedArrayBuffer };
};

const WASM_PAGE_BYTES = 65_536;

/** Shared memory that begins at a page, as O_DIRECT demands: that of WebAssembly does. It takes no space before it is used. */
export function pageMemory(bytes: number): Uint8Array {
  const pages = Math.ceil(bytes / WASM_PAGE_BYTES);
  return new Uint8Array(new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true }).buffer).subarray(0, bytes);
}
