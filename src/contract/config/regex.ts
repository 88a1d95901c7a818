/**
 * Regular expressions over topic names in time linear in the name: a pattern from a configuration file must not be able
 * to hang the program, which JavaScript's own engine can't promise. The pattern becomes a non-deterministic automaton
 * (K. Thompson, "Regular expression search algorithm", CACM 1968) whose states are walked side by side. It knows what
 * OSO's patterns use: literals, `.`, classes, `\d \w \s` and their opposites, groups, `|`, `* + ? {m,n}`, `^`, `$`.
 */
export interface LinearRegex {
  /** Whether the pattern occurs anywhere in `text`. */
  test(text: string): boolean
}

type Test = (code: number) => boolean
type State =
  | { kind: 'char'; test: Test; next: number }
  | { kind: 'split'; next: number; other: number }
  | { kind: 'start' | 'end'; next: number }
  | { kind: 'match' }

const MAX_STATES = 5_000

/** @throws Error with a plain sentence where the pattern can't be understood or is too large */
export function compileRegex(pattern: string): LinearRegex {
  const states: State[] = []
  const add = (state: State): number => {
    if (states.push(state) > MAX_STATES) throw new Error('the pattern is too large')
    return states.length - 1
  }
  let steps = 0
  const step = () => {
    if (++steps > MAX_STATES * 4) throw new Error('the pattern is too large')
  }
  const start = build(parse(pattern), add({ kind: 'match' }), add, step)
  return { test: (text) => run(states, start, text) }
}

type Tree =
  | { type: 'char'; test: Test }
  | { type: 'start' | 'end' }
  | { type: 'all' | 'any'; parts: Tree[] }
  | { type: 'repeat'; part: Tree; min: number; max: number }

/** Adds the states of `tree` in front of `next` and returns where they begin. */
function build(tree: Tree, next: number, add: (state: State) => number, step: () => void): number {
  step()
  switch (tree.type) {
    case 'char':
      return add({ kind: 'char', test: tree.test, next })
    case 'start':
    case 'end':
      return add({ kind: tree.type, next })
    case 'all':
      return tree.parts.reduceRight((then, part) => build(part, then, add, step), next)
    case 'any':
      return tree.parts
        .map((part) => build(part, next, add, step))
        .reduceRight((other, branch) => add({ kind: 'split', next: branch, other }))
    case 'repeat': {
      let then = next
      if (tree.max === Number.POSITIVE_INFINITY) {
        const loop = { kind: 'split' as const, next: -1, other: next }
        then = add(loop)
        loop.next = build(tree.part, then, add, step)
      } else {
        for (let i = tree.min; i < tree.max; i++)
          then = add({ kind: 'split', next: build(tree.part, then, add, step), other: next })
      }
      for (let i = 0; i < tree.min; i++) then = build(tree.part, then, add, step)
      return then
    }
  }
}

function run(states: State[], start: number, text: string): boolean {
  let current = new Set<number>()
  const enter = (set: Set<number>, from: number, at: number) => {
    const todo = [from]
    for (let index = todo.pop(); index !== undefined; index = todo.pop()) {
      if (set.has(index)) continue
      set.add(index)
      const state = states[index] as State
      if (state.kind === 'split') todo.push(state.next, state.other)
      else if (state.kind === 'start' && at === 0) todo.push(state.next)
      else if (state.kind === 'end' && at === text.length) todo.push(state.next)
    }
  }
  for (let at = 0; at <= text.length; at++) {
    enter(current, start, at)
    if ([...current].some((index) => states[index]?.kind === 'match')) return true
    const following = new Set<number>()
    for (const index of current) {
      const state = states[index] as State
      if (at < text.length && state.kind === 'char' && state.test(text.charCodeAt(at)))
        enter(following, state.next, at + 1)
    }
    current = following
  }
  return false
}

const CLASSES: Record<string, Test> = {
  d: (code) => code >= 48 && code <= 57,
  w: (code) => (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95 || (code >= 97 && code <= 122),
  s: (code) => code === 32 || (code >= 9 && code <= 13),
}

function parse(pattern: string): Tree {
  let at = 0
  let depth = 0
  const peek = () => pattern[at]
  const fail = (what: string): never => {
    throw new Error(what)
  }

  const alternatives = (): Tree => {
    if (++depth > 50) fail('the pattern is nested too deeply')
    const parts = [sequence()]
    while (peek() === '|') {
      at++
      parts.push(sequence())
    }
    depth--
    return parts.length === 1 ? (parts[0] as Tree) : { type: 'any', parts }
  }
  const sequence = (): Tree => {
    const parts: Tree[] = []
    while (at < pattern.length && peek() !== '|' && peek() !== ')') parts.push(repeated(single()))
    return { type: 'all', parts }
  }
  const repeated = (part: Tree): Tree => {
    for (let tree = part; ; ) {
      const bounds = quantifier()
      if (bounds === null) return tree
      if (peek() === '?') at++ // lazy: the same language
      tree = { type: 'repeat', part: tree, ...bounds }
    }
  }
  const quantifier = (): { min: number; max: number } | null => {
    const simple = { '*': [0, Number.POSITIVE_INFINITY], '+': [1, Number.POSITIVE_INFINITY], '?': [0, 1] }[peek() ?? '']
    if (simple !== undefined) {
      at++
      return { min: simple[0] as number, max: simple[1] as number }
    }
    const counted = /^\{(\d{1,3})(,(\d{1,3})?)?\}/.exec(pattern.slice(at))
    if (counted === null) return peek() === '{' ? fail('expected {m}, {m,} or {m,n} after "{"') : null
    at += counted[0].length
    const min = Number(counted[1])
    const max =
      counted[2] === undefined ? min : counted[3] === undefined ? Number.POSITIVE_INFINITY : Number(counted[3])
    return max < min ? fail(`expected the smaller number first in "${counted[0]}"`) : { min, max }
  }
  const single = (): Tree => {
    const char = pattern[at++] as string
    if (char === '(') return group()
    if (char === '[') return { type: 'char', test: bracket() }
    if (char === '.') return { type: 'char', test: (code) => code !== 10 }
    if (char === '^') return { type: 'start' }
    if (char === '$') return { type: 'end' }
    if (char === '\\') return { type: 'char', test: escaped() }
    if ('*+?{'.includes(char)) return fail(`nothing to repeat before "${char}"`)
    return { type: 'char', test: exactly(char.charCodeAt(0)) }
  }
  const group = (): Tree => {
    if (peek() === '?') {
      if (!pattern.startsWith('?:', at)) fail('look-around, flags and named groups are not supported')
      at += 2
    }
    const inner = alternatives()
    if (peek() !== ')') fail('expected ")"')
    at++
    return inner
  }
  const escaped = (): Test => {
    const char = pattern[at++]
    if (char === undefined) return fail('expected a character after "\\"')
    const known = CLASSES[char.toLowerCase()]
    if (known !== undefined) return char === char.toLowerCase() ? known : (code) => !known(code)
    if (/[A-Za-z0-9]/.test(char)) return fail(`"\\${char}" is not supported`)
    return exactly(char.charCodeAt(0))
  }
  const bracket = (): Test => {
    const negated = peek() === '^'
    if (negated) at++
    const tests: Test[] = []
    for (let first = true; first || peek() !== ']'; first = false) {
      const char = pattern[at++]
      if (char === undefined) return fail('expected "]"')
      const following = pattern[at + 1]
      if (char === '\\') tests.push(escaped())
      else if (peek() === '-' && following !== undefined && following !== ']') {
        const [from, to] = [char.charCodeAt(0), following.charCodeAt(0)]
        if (to < from) fail(`expected the smaller character first in "${char}-${following}"`)
        tests.push((code) => code >= from && code <= to)
        at += 2
      } else tests.push(exactly(char.charCodeAt(0)))
    }
    at++
    return (code) => tests.some((test) => test(code)) !== negated
  }

  const tree = alternatives()
  if (at < pattern.length) fail('expected no ")" without "("')
  return tree
}

function exactly(wanted: number): Test {
  return (code) => code === wanted
}
