import { useSearchParams } from 'wouter';

/** What a page shows stands in its address, so that a link and the back button lead to it again. '' is left out. */
export function useSearchState(): readonly [
  (name: string) => string,
  (changes: Readonly<Record<string, string>>, how?: { readonly replace?: boolean }) => void,
] {
  const [params, setParams] = useSearchParams();
  const get = (name: string) => params.get(name) ?? '';
  const set = (changes: Readonly<Record<string, string>>, { replace = true }: { readonly replace?: boolean } = {}) =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        for (const [name, value] of Object.entries(changes)) {
          if (value === '') next.delete(name);
          else next.set(name, value);
        }
        return next;
      },
      { replace },
    );
  return [get, set];
}
