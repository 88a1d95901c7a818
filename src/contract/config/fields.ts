import { z } from 'zod'
import { Secret } from '../secret.ts'
import { parseTime } from './times.ts'
import type { Tree } from './yaml.ts'

/**
 * The kinds of value that a configuration file has. Each takes the scalar's text, since only the schema knows whether
 * `0123` is a number or a password. Messages say what was expected; problems.ts adds the place and what was there.
 */

export const text = (max = 1_000) => z.string().max(max, `expected at most ${max} characters`)

export const secret = () => z.string().transform((value) => new Secret(value))

export const bool = () =>
  z.string().transform((value, context) => {
    const lower = value.toLowerCase()
    if (lower === 'true') return true
    if (lower === 'false') return false
    return refuse(context, 'expected true or false')
  })

/** A whole number, both bounds included. Underscores and exponents are refused: what is read is what is written. */
export const int = (min: number, max: number) =>
  z.string().transform((value, context) => {
    const number = /^[+-]?\d{1,16}$/.test(value) ? Number(value) : Number.NaN
    if (number >= min && number <= max) return number
    return refuse(context, wholeNumber(min, max))
  })

/** One of `values`; `aliases` are other spellings of them in upper case. Case counts only where two values differ by it. */
export const choice = <const T extends string>(values: readonly T[], aliases: Readonly<Record<string, T>> = {}) =>
  z.string().transform((value, context): T => {
    const found = values.find((one) => one.toUpperCase() === value.toUpperCase()) ?? aliases[value.toUpperCase()]
    return found ?? refuse(context, `expected ${anyOf(values)}`)
  })

export const time = () =>
  z.string().transform((value, context) => {
    const parsed = parseTime(value)
    return parsed.ok ? parsed.millis : refuse(context, `expected ${parsed.expected}`)
  })

export const list = <T extends z.ZodType>(item: T, max = 10_000) =>
  z.array(item).max(max, `expected at most ${max} items`)

/** A section whose keys are the user's own (topics, partitions). A Map, so that no key is special. */
export const mapOf = <K extends z.ZodType, V extends z.ZodType>(key: K, value: V) =>
  z.custom<Tree>().transform((section, context): Map<z.output<K>, z.output<V>> => {
    const map = new Map<z.output<K>, z.output<V>>()
    if (typeof section !== 'object' || Array.isArray(section))
      return refuse(context, 'expected a section of keys and values')
    for (const [name, child] of Object.entries(section)) {
      const parsedKey = key.safeParse(name)
      const parsedValue = value.safeParse(child)
      for (const issue of parsedKey.error?.issues ?? []) {
        context.addIssue({ code: 'custom', message: issue.message, path: [name], params: { key: true } })
      }
      forward(context, parsedValue.error?.issues ?? [], [name], child)
      if (parsedKey.success && parsedValue.success) map.set(parsedKey.data, parsedValue.data)
    }
    return map
  })

/** A value that is one of several kinds: `pick` looks at it and says which, so that messages speak of that kind alone. */
export const dispatch = <T>(pick: (value: Tree) => z.ZodType<T>) =>
  z.custom<Tree>().transform((value, context): T => {
    const parsed = pick(value).safeParse(value)
    if (parsed.success) return parsed.data
    forward(context, parsed.error.issues, [], value)
    return z.NEVER
  })

function forward(
  context: z.RefinementCtx,
  issues: readonly z.core.$ZodIssue[],
  path: PropertyKey[],
  input: unknown,
): void {
  for (const issue of issues) context.issues.push({ ...issue, input, path: [...path, ...issue.path] } as never)
}

export function wholeNumber(min: number, max: number): string {
  if (max === Number.MAX_SAFE_INTEGER) return `expected a whole number of at least ${min}`
  return `expected a whole number from ${min} to ${max}`
}

export function anyOf(values: readonly string[]): string {
  if (values.length === 1) return values[0] as string
  return `one of ${values.slice(0, -1).join(', ')} or ${values[values.length - 1]}`
}

/** Adds the problem and ends the transformation, in zod's way. */
export function refuse(context: z.RefinementCtx, message: string, params: Record<string, unknown> = {}): never {
  context.addIssue({ code: 'custom', message, params })
  return z.NEVER
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

/** The same object without its undefined members, as `exactOptionalPropertyTypes` wants it. */
export function withoutUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as Defined<T>
}
