/** `{files}`: the value; `{files:file|files}`: the first word for one, else the second. */
const FILLED = /\{(\w+)(?::([^|{}]*)\|([^|{}]*))?\}/g;

/** The names of the places in a text. The type-check compares them between languages. */
export type Holes<Text extends string> = Text extends `${string}{${infer Hole}}${infer Rest}` ? NameOf<Hole> | Holes<Rest> : never;
type NameOf<Hole extends string> = Hole extends `${infer Name}:${string}` ? Name : Hole;

/** Fills the places of a text. `value` is called with each name. */
export function filled(text: string, value: (name: string) => unknown): string {
  return text.replace(FILLED, (_, name: string, one?: string, many?: string) => {
    if (one !== undefined) return (Number(value(name)) === 1 ? one : many) ?? '';
    return String(value(name) ?? '—');
  });
}

type Texts = Readonly<Record<string, string>>;
/** Keys whose texts in two catalogues differ in their places, or that one catalogue lacks; `never` if there are none. */
type Uneven<One extends Texts, Other extends Texts> = {
  [Key in keyof One | keyof Other]: Key extends keyof One & keyof Other
    ? [Holes<One[Key]>, Holes<Other[Key]>] extends [Holes<Other[Key]>, Holes<One[Key]>]
      ? never
      : Key
    : Key;
}[keyof One | keyof Other];

/** The type of a catalogue that has, for each key of the first one, a text with the same places. The compiler names each key where one differs. */
export type Whole<One extends Texts, Other extends Texts> = [Uneven<One, Other>] extends [never]
  ? Texts
  : { readonly differs: Uneven<One, Other> };
