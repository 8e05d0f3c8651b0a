import Type, { type Static, type TProperties, type TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import type { Actor } from './actor.ts';
import type { CustodyDraft, CustodyEntry } from './entry.ts';
import { type Subject, type SubjectKind, subjectText } from './subject.ts';

type Lists = { readonly [name: string]: TSchema };
type ListsOf<L extends Lists> = { readonly [N in keyof L]: readonly Static<L[N]>[] };
type PersonalOf<P extends TProperties> = { readonly [N in keyof P]: Static<P[N]> };
type None = Record<never, never>;
/** A part of an entry. A type that declares no field of it cannot be given one. */
type Section<Name extends string, F, V> = keyof F extends never ? { readonly [N in Name]?: never } : { readonly [N in Name]: V };

/** What `make` takes. A field that is left out of `personal` is not known. */
type EntryInput<K extends SubjectKind, D extends TProperties, L extends Lists, P extends TProperties> = {
  readonly atMs: number;
  readonly actor: Actor;
  readonly subject: Subject<K>;
} & Section<'data', D, Static<Type.TObject<D>>> &
  Section<'lists', L, ListsOf<L>> &
  Section<'personal', P, Partial<PersonalOf<P>>>;

/** An entry of a known type. Its personal values may have been erased. */
type EntryOf<T extends string, D extends TProperties, L extends Lists, P extends TProperties> = Omit<
  CustodyEntry,
  'type' | 'data' | 'lists' | 'personal'
> & {
  readonly type: T;
  readonly data: Static<Type.TObject<D>>;
  readonly lists: Partial<ListsOf<L>>;
  readonly personal: Partial<PersonalOf<P>>;
};

interface Spec<T extends string, K extends SubjectKind, D extends TProperties, L extends Lists, P extends TProperties> {
  /** Name of the type. A name is never used again for another meaning. */
  readonly type: T;
  readonly about: readonly K[];
  /** When it is written, in one sentence. */
  readonly tells: string;
  readonly data?: D;
  readonly lists?: L;
  readonly personal?: P;
  /** Other subjects whose history has the entry too. */
  readonly related?: (data: Static<Type.TObject<D>>, lists: ListsOf<L>) => readonly Subject[];
  readonly example: Omit<EntryInput<K, D, L, P>, 'atMs' | 'actor'>;
}

export interface EntryType<
  T extends string = string,
  K extends SubjectKind = SubjectKind,
  D extends TProperties = TProperties,
  L extends Lists = Lists,
  P extends TProperties = TProperties,
> {
  readonly type: T;
  readonly about: readonly K[];
  readonly tells: string;
  readonly data: Type.TObject<D>;
  readonly lists: Lists;
  readonly personal: TProperties;
  readonly example: Omit<EntryInput<K, D, L, P>, 'atMs' | 'actor'>;
  make(input: EntryInput<K, D, L, P>): CustodyDraft;
  /** The entry with the types of its fields; null if it is of another type. */
  parse(entry: CustodyEntry): EntryOf<T, D, L, P> | null;
  /** What in a draft this type does not declare, or declares otherwise; null if the draft fits. */
  fault(draft: Pick<CustodyDraft, 'subject' | 'data' | 'lists' | 'personal'>): string | null;
}

/**
 * Declares one type of entry and gives its constructor and its parser. `fault` checks at run time what the compiler checks before. It runs with every appended
 * entry, so its validators are compiled once, at first use.
 */
export function defineEntry<
  const T extends string,
  const K extends SubjectKind,
  D extends TProperties = None,
  L extends Lists = None,
  P extends TProperties = None,
>(spec: Spec<T, K, D, L, P>): EntryType<T, K, D, L, P> {
  const { type, about, tells, related, example } = spec;
  const data = Type.Object(spec.data ?? ({} as D), { additionalProperties: false });
  const lists: Lists = spec.lists ?? {};
  const personal: TProperties = spec.personal ?? {};
  const whole = Type.Object({
    data,
    lists: Type.Object(Object.fromEntries(Object.entries(lists).map(([name, item]) => [name, Type.Array(item)])), {
      additionalProperties: false,
    }),
    personal: Type.Partial(Type.Object(personal), { additionalProperties: false }),
  });
  let validator: Validator | undefined;
  return {
    type,
    about,
    tells,
    data,
    lists,
    personal,
    example,
    make: ({ atMs, actor, subject, ...given }) => {
      const sections = given as { data?: object; lists?: object; personal?: object };
      const told = { data: {}, lists: {}, personal: {}, ...sections } as Pick<CustodyDraft, 'data' | 'lists' | 'personal'>;
      const others = related?.(told.data as never, told.lists as never) ?? [];
      const seen = new Set([subjectText(subject)]);
      // Each subject is named once: an entry about a recorder does not name that recorder as related.
      const once = others.filter((other) => !seen.has(subjectText(other)) && seen.add(subjectText(other)));
      return { type, atMs, actor, subject, related: once, ...told };
    },
    parse: (entry) => (entry.type === type ? (entry as unknown as EntryOf<T, D, L, P>) : null),
    fault: ({ subject, ...sections }) => {
      if (!(about as readonly SubjectKind[]).includes(subject.kind)) return `is about a ${subject.kind}`;
      validator ??= Compile(whole);
      if (validator.Check(sections)) return null;
      const [first] = validator.Errors(sections);
      return first ? `${first.instancePath} ${first.message}` : 'has another shape';
    },
  };
}

/** Old and new value of what was changed. */
export function changed<S extends TSchema>(schema: S) {
  return Type.Object({ old: schema, new: schema }, { additionalProperties: false });
}

export function nullable<S extends TSchema>(schema: S) {
  return Type.Union([schema, Type.Null()]);
}
