/**
 * What a sentence of the engine is. In a text it would read "[object Object]", which TypeScript lets pass for any object;
 * symbols are what it refuses. So a sentence calls itself a symbol too, which it is to the type checker alone: put into
 * a template or behind a `+` it is error TS2731 or TS2469, and a list of it joined gives no text (below). What was meant
 * is `english(…)` or, in a window, `saidWords(…)`. Held by test/contract/said-in-text.test.ts; the one way left,
 * `String(…)`, by the window's tests, where no page may say "[object Object]".
 */
declare const sayItInWords: unique symbol
type NoText = typeof sayItInWords

/** A sentence by its parts: as a file or a test writes one. */
export interface Saying {
  /** `group.name` of `ENGLISH`. Of another version it may be one that is not known here. */
  id: string
  values?: SaidValues
}

/**
 * A sentence of the engine by the name of its words and what they are filled with. It stands beside the English sentence
 * wherever a window may want to say the same in its own language; what was stored before there was one has none.
 */
export type Said = Saying & NoText

/** Another sentence as a part of this one, several of them one after the other, or names that are listed. */
export type SaidValue = string | number | Said | readonly string[] | readonly Said[]
export type SaidValues = { readonly [name: string]: SaidValue }

/** `T` where it may be a sentence, and nothing where it is none (or where nobody knows: `any`). */
type IfSaid<T> = 0 extends 1 & T ? never : [Extract<T, Said>] extends [never] ? never : T

declare global {
  interface Array<T> {
    join(this: IfSaid<T>[], separator?: string): NoText
  }
  interface ReadonlyArray<T> {
    join(this: readonly IfSaid<T>[], separator?: string): NoText
  }
}
