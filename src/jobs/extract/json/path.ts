import type { JsonPath } from '../../../contract/config/json-path.ts'
import { type Json, JsonObject } from './parse.ts'

/** Calls `visit` for each value that the path finds, until it returns true. @returns whether it did */
export function findAny(root: Json, path: JsonPath, visit: (value: Json) => boolean, depth = 0): boolean {
  const step = path[depth]
  if (step === undefined) return visit(root)
  if (step.kind === 'index') {
    if (!Array.isArray(root)) return false
    const item = root.at(step.index)
    return item !== undefined && findAny(item, path, visit, depth + 1)
  }
  if (root instanceof JsonObject) {
    return root.members.some(
      ([name, value]) => (step.kind === 'wildcard' || name === step.name) && findAny(value, path, visit, depth + 1),
    )
  }
  if (Array.isArray(root) && step.kind === 'wildcard') return root.some((item) => findAny(item, path, visit, depth + 1))
  return false
}

/** What becomes of a value: another, or nothing. */
export type Change = (value: Json) => Json | undefined

/**
 * Changes every value that the path finds, in place below the root; an undefined one leaves its object, or becomes null
 * in an array, so that no other item moves.
 * @returns the root (another one where the path is `$` alone) and how many values were changed
 */
export function changeAll(root: Json, path: JsonPath, change: Change): { root: Json | undefined; changed: number } {
  if (path.length === 0) return { root: change(root), changed: 1 }
  return { root, changed: changeBelow(root, path, change, 0) }
}

function changeBelow(node: Json, path: JsonPath, change: Change, depth: number): number {
  const step = path[depth]
  if (step === undefined) return 0
  const last = depth === path.length - 1
  let changed = 0
  if (node instanceof JsonObject && step.kind !== 'index') {
    const kept: [string, Json][] = []
    for (const [name, value] of node.members) {
      if (step.kind === 'name' && name !== step.name) {
        kept.push([name, value])
        continue
      }
      if (!last) {
        changed += changeBelow(value, path, change, depth + 1)
        kept.push([name, value])
        continue
      }
      changed++
      const now = change(value)
      if (now !== undefined) kept.push([name, now])
    }
    node.members = kept
  } else if (Array.isArray(node) && step.kind !== 'name') {
    const indices = step.kind === 'wildcard' ? node.keys() : [step.index < 0 ? node.length + step.index : step.index]
    for (const index of indices) {
      const value = node[index]
      if (value === undefined) continue
      if (!last) {
        changed += changeBelow(value, path, change, depth + 1)
        continue
      }
      changed++
      node[index] = change(value) ?? null
    }
  }
  return changed
}
