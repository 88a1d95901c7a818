import { stringify } from 'yaml'
import type { CaseData, ExtractionSpec, FilterPart, MaskChoice } from './spec.ts'

/** A tree as a configuration file has it. */
type Node = string | number | boolean | Node[] | { [key: string]: Node }

/**
 * The extraction's file (`mode: extract`, docs/configuration.md) that says what was chosen. It is the same file that the
 * command line takes; whether it holds together is for `loadExtract` to say.
 * @param storage one line as `--path` takes it, or a `storage` section whose `${VAR}`s are left to be resolved
 * @param output where the package goes
 */
export function extractionYaml(
  data: CaseData,
  spec: ExtractionSpec,
  storage: string | Record<string, unknown>,
  output: string,
): string {
  const filter = filterTree(spec.filter)
  const tree = {
    mode: 'extract',
    backup_id: literal(spec.backupId ?? ''),
    storage: typeof storage === 'string' ? literal(storage) : storage,
    case: {
      matter: literal(data.matter),
      ...some('custodian', data.custodian),
      ...some('requested_by', data.requestedBy),
      ...some('reason', data.reason),
    },
    extract: {
      ...(spec.topics === null ? {} : { topics: spec.topics.map(literal) }),
      ...(spec.start === null ? {} : { time_window_start: iso(spec.start) }),
      ...(spec.end === null ? {} : { time_window_end: iso(spec.end) }),
      ...(spec.time === 'record' ? {} : { time: spec.time }),
      ...(filter === null ? {} : { filter }),
      ...(spec.mask.length === 0 ? {} : { mask: spec.mask.map(maskTree) }),
      formats: ['ndjson', ...spec.formats],
    },
    ...(spec.key === null
      ? {}
      : {
          evidence: {
            signing: {
              enabled: true,
              key: literal(spec.key),
              ...some('signer_role', spec.role),
              ...some('meaning', spec.meaning),
            },
          },
        }),
    output: literal(output),
  }
  return stringify(tree, { lineWidth: 0 })
}

/**
 * A part of the filter as the file has it; null for a group in which nothing is asked. An unfinished test is written as
 * it stands: the file's own reading says what is missing.
 */
export function filterTree(part: FilterPart): Node | null {
  if (part.type === 'group') {
    const parts = part.parts.map(filterTree).filter((one) => one !== null)
    if (parts.length === 0) return null
    const [only] = parts
    if (part.mode === 'none') return { not: parts.length === 1 ? (only as Node) : { any: parts } }
    return parts.length === 1 ? (only as Node) : { [part.mode]: parts }
  }
  const test = testTree(part)
  return part.negate ? { not: test } : test
}

function testTree({ on, place, is, text, texts }: Extract<FilterPart, { type: 'test' }>): Node {
  if (on === 'contains') return { contains: literal(text) }
  const comparison: { [key: string]: Node } = {
    [is]: is === 'in' ? texts.map(literal) : is === 'exists' ? true : literal(text),
  }
  if (on === 'key') return { key: comparison }
  return { [on]: literal(place), ...comparison }
}

function maskTree({ on, place, how, text, characters }: MaskChoice): Node {
  const subject: { [key: string]: Node } = on === 'key' ? { key: true } : { [on]: literal(place) }
  if (how === 'replace') return { ...subject, replace: literal(text) }
  return how === 'keep_last' ? { ...subject, keep_last: characters } : { ...subject, [how]: true }
}

/** What a person typed is never a variable. */
const literal = (text: string): string => text.replaceAll('${', () => '$${')

const iso = (at: number): string => new Date(at).toISOString()

function some(key: string, text: string): Record<string, string> {
  return text.trim() === '' ? {} : { [key]: literal(text) }
}
