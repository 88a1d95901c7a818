import { isMap, isPair, isScalar, parseDocument, visit } from 'yaml'
import { variableNames } from '../../contract/config/expand.ts'
import { CofferError } from '../../contract/errors.ts'
import type { ConnectionKind } from '../../contract/ipc/connection.ts'

const ONLY_A_VARIABLE = /^\$\{[A-Za-z_][A-Za-z0-9_]*\}$/
const SECRET_KEY = /password|passphrase|secret|token|credential|^access_key|^account_key/i
const SECRET_IN_ADDRESS = /:\/\/[^/@\s]*:[^/@\s]*@/
/** Variables that the configuration resolves by itself. */
const BUILT_IN = new Set(['DATE'])

/** The names of the `${VAR}`s in a text, each once, in order. */
export function variablesIn(text: string): string[] {
  return variableNames(text).filter((name) => !BUILT_IN.has(name))
}

/**
 * Checks the text of a connection before it is kept: it is one YAML mapping, and holds no secret, since the text is
 * written to disk and goes back to the window.
 * @throws CONFIG_SYNTAX, CONFIG_INVALID_VALUE
 */
export function checkConnectionText(yaml: string): void {
  const document = parseDocument(yaml, { prettyErrors: true })
  const syntax = document.errors[0]
  if (syntax !== undefined) {
    const line = syntax.linePos?.[0].line ?? 1
    const what = (syntax.message.split(/ at line|\n/)[0] ?? 'not YAML').replace(/^./, (first) => first.toLowerCase())
    throw new CofferError('CONFIG_SYNTAX', `line ${line}: ${what}`, { details: { line } })
  }
  if (!isMap(document.contents)) {
    throw new CofferError('CONFIG_SYNTAX', 'expected lines of "key: value", got something else', {
      hint: 'Write what stands under "source:", "target:" or "storage:" in a configuration file.',
    })
  }
  visit(document, {
    Pair(_, pair) {
      if (!isPair(pair) || !isScalar(pair.key) || !isScalar(pair.value)) return
      const key = String(pair.key.value)
      const value = pair.value.value
      if (value === null || value === '') return
      const text = String(value)
      const secret = SECRET_KEY.test(key) ? !ONLY_A_VARIABLE.test(text) : SECRET_IN_ADDRESS.test(text)
      if (!secret) return
      throw new CofferError(
        'CONFIG_INVALID_VALUE',
        `expected a variable such as "\${KAFKA_PASSWORD}" for "${key}", got a value`,
        {
          hint: 'Connections are kept on disk, so no secret may stand in them. Name a variable here and give its value below.',
          details: { key },
        },
      )
    },
  })
}

/** The section that a connection is, as the text of a configuration (`loadSection` in contract/config reads it). */
export function configurationOf(connection: { kind: ConnectionKind; yaml: string }): string {
  const contents = parseDocument(connection.yaml).contents
  const items = isMap(contents) ? contents.items : []
  const first = items[0]
  const isWhole = items.length === 1 && isScalar(first?.key) && first.key.value === connection.kind
  return isWhole ? connection.yaml : `${connection.kind}:\n${connection.yaml.replace(/^(?=.*\S)/gm, '  ')}`
}
