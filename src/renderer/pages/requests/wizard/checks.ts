import { filterNode } from '../../../../contract/config/extract-filter.ts'
import { parseJsonPath } from '../../../../contract/config/json-path.ts'
import type { FilterPart, MaskChoice } from '../../../../contract/requests/spec.ts'
import { filterTree } from '../../../../contract/requests/yaml.ts'

/** The same reading as the extraction's own: scalars of a file are text there. */
function asTree(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(asTree)
  if (typeof node === 'object' && node !== null) {
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, asTree(value)]))
  }
  return String(node).replaceAll('$${', '${')
}

/** What is wrong with a part of the filter; null where it holds together or asks nothing. */
export function filterProblem(part: FilterPart): string | null {
  if (part.type === 'group') {
    for (const one of part.parts) {
      const problem = filterProblem(one)
      if (problem !== null) return problem
    }
    return null
  }
  const read = filterNode.safeParse(asTree(filterTree(part)))
  return read.success ? null : (read.error.issues[0]?.message ?? '')
}

/** What is wrong with the JSON path of a test or a rule; null where nothing is, or it has none. */
export function pathProblem({ on, place }: { on: string; place: string }): string | null {
  if (on !== 'json') return null
  try {
    parseJsonPath(place)
    return null
  } catch (error) {
    return (error as Error).message
  }
}

/** What is wrong with a rule; null where it holds together. */
export function maskProblem({ on, place, how, text }: MaskChoice): string | null {
  const wrong = pathProblem({ on, place })
  if (wrong !== null) return wrong
  if (on === 'header' && place.trim() === '') return 'expected the name of a header'
  return how === 'replace' && text === '' ? 'expected a text to put in its place' : null
}
