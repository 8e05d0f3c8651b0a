/** `{files}`: the value; `{files:file|files}`: the first word for one, else the second. */
const FILLED = /\{(\w+)(?::([^|{}]*)\|([^|{}]*))?\}/g;

/** The names that a text wants filled in: what the type-check compares between languages. */
export type Holes<Text extends string> = Text extends `${string}{${infer Hole}}${infer Rest}` ? NameOf<Hole> | Holes<Rest> : never;
type NameOf<Hole extends string> = Hole extends `${infer Name}:${string}` ? Name : Hole;

/** A text with its values in the places; `value` is asked for each name. */
export function filled(text: string, value: (name: string) => unknown): string {
  return text.replace(FILLED, (_, name: string, one?: string, many?: string) => {
    if (one !== undefined) return (Number(value(name)) === 1 ? one : many) ?? '';
    return String(value(name) ?? '—');
  });
}

type Texts = Readonly<Record<string, string>>;
/** The keys of which one catalogue has no text, or other places to fill in than the other; `never` where both are whole. */
type Uneven<One extends Texts, Other extends Texts> = {
  [Key in keyof One | keyof Other]: Key extends keyof One & keyof Other
    ? [Holes<One[Key]>, Holes<Other[Key]>] extends [Holes<Other[Key]>, Holes<One[Key]>]
      ? never
      : Key
    : Key;
}[keyof One | keyof Other];

/** A text of the first catalogue for each key, with the same places to fill in; where one differs, its key is in the type that the compiler names. */
export type Whole<One extends Texts, Other extends Texts> = [Uneven<One, Other>] extends [never]
  ? Texts
  : { readonly differs: Uneven<One, Other> };
