import { isMap, isPair, isScalar, Lexer, parseDocument, visit } from 'yaml'
import type { ConfigSource, JobRequest } from '../../contract/jobs.ts'
import { english, type Said, saidOf, say } from '../../contract/said/said.ts'

/** A request as it may be kept: without the environment, and without any secret in a text. */
export type KeptRequest = JobRequest extends infer R ? (R extends unknown ? Omit<R, 'environment'> : never) : never

export type Keepable =
  | { request: KeptRequest; notKept: null }
  /** One sentence: why it can't be started again later. */
  | { request: null; notKept: string }

const ONLY_A_VARIABLE = /^\$\{[A-Za-z_][A-Za-z0-9_]*\}$/
/** Keys whose values are secrets (contract/config: `secret()`), and any that look like one. */
const SECRET_KEY =
  /password|passphrase|secret|token|credential|access_key|account_key|integration_key|webhook|events_url/i
const SECRET_IN_ADDRESS = /:\/\/[^/@\s]*:[^/@\s]*@/
/** yaml's lexer puts this before each scalar; a token after it is text, whatever it begins with. */
const SCALAR = '\u001f'

/**
 * What is kept of a request, so that it can be started again in another session.
 * @param file absolute path of the file that its text is of; it is then read again instead, where its text can't be kept
 */
export function keepable({ environment: _, ...request }: JobRequest, file: string | null): Keepable {
  const kept = structuredClone(request) as KeptRequest
  for (const source of sourcesOf(kept)) {
    const key = secretIn(source.text)
    if (key === null) source.text = withoutComments(source.text)
    else if (file !== null) source.text = ''
    else {
      return { request: null, notKept: english(notKeptFor(key)) }
    }
  }
  return { request: kept, notKept: null }
}

/** Why a text was not kept. @param key of a secret in clear; '': it can't be understood */
function notKeptFor(key: string): Said {
  return key === '' ? say('input.keptNoYaml') : say('input.keptNoSecret', { key })
}

/** What the sentence of `notKept` is made of, where it is one of those of this version. */
export function saidOfNotKept(sentence: string): Said | undefined {
  const [, key = ''] = /\("(.*)"\)/.exec(sentence) ?? []
  return saidOf(sentence, [notKeptFor(key)])
}

/** The configuration texts of a request. */
export function sourcesOf(request: KeptRequest): ConfigSource[] {
  const found: ConfigSource[] = []
  if ('config' in request && request.config !== null) found.push(request.config)
  if ('archive' in request && 'config' in request.archive) found.push(request.archive.config)
  return found
}

/** The key of the first secret in clear; null: there is none; '' where the text can't be understood. */
function secretIn(text: string): string | null {
  let found: string | null = null
  try {
    const document = parseDocument(text)
    if (document.errors.length > 0 || !isMap(document.contents)) return ''
    const look = (value: string, path: readonly unknown[]) => {
      // of a list the key is that of the list
      const keys = path.filter(isPair).map((one) => (isScalar(one.key) ? String(one.key.value) : ''))
      const key = keys.at(-1) ?? ''
      const isWebhook = key === 'url' && keys.some((one) => /webhook/i.test(one))
      const isSecret = (SECRET_KEY.test(key) || isWebhook) && !ONLY_A_VARIABLE.test(value)
      if (!isSecret && !SECRET_IN_ADDRESS.test(value)) return undefined
      found = key === '' ? 'an address' : key
      return visit.BREAK
    }
    visit(document, {
      Scalar: (at, node, path) =>
        at === 'key' || node.value === null || node.value === '' ? undefined : look(String(node.value), path),
      // what it stands for is somewhere else, under a key that says nothing
      Alias: (_, node, path) => look(node.source, path),
    })
  } catch {
    return ''
  }
  return found
}

/** Somebody may have written a password into a comment. Lines stay where they are, for messages that name them. */
function withoutComments(text: string): string {
  let kept = ''
  let before = ''
  for (const token of new Lexer().lex(text)) {
    const isMark = token === SCALAR || token === '\u0002' || token === '\u0018'
    if (!isMark && !(token.startsWith('#') && before !== SCALAR)) kept += token
    before = token
  }
  return kept
}
