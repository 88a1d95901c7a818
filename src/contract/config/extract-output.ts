import { isMap, parseDocument } from 'yaml'
import type { ConfigSource } from '../jobs.ts'

/** The same file with another `output`, its lines where they were. What is no section is left for the loader to refuse. */
export function withOutput(source: ConfigSource, output: string): ConfigSource {
  const document = parseDocument(source.text, { prettyErrors: false, logLevel: 'error' })
  if (document.errors.length > 0 || !isMap(document.contents)) return source
  const literal = output.replaceAll('${', () => '$${')
  const node = document.contents.items.find((pair) => String(pair.key) === 'output')?.value as
    | { range?: [number, number, number] | null }
    | null
    | undefined
  const text =
    node?.range == null
      ? `${source.text.replace(/\n*$/, '\n')}output: ${JSON.stringify(literal)}\n`
      : `${source.text.slice(0, node.range[0])}${JSON.stringify(literal)}${source.text.slice(node.range[1])}`
  return { ...source, text }
}
