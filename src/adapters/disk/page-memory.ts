// Node's own types leave this global of the language to the browser's library.
declare const WebAssembly: {
  Memory: new (pages: { initial: number; maximum: number; shared: true }) => { buffer: SharedArrayBuffer };
};

const WASM_PAGE_BYTES = 65_536;

/** Shared memory that begins at a page, as O_DIRECT demands; WebAssembly's does. It takes no space before it is used. */
export function pageMemory(bytes: number): Uint8Array {
  const pages = Math.ceil(bytes / WASM_PAGE_BYTES);
  return new Uint8Array(new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true }).buffer).subarray(0, bytes);
}
