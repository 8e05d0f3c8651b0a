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
