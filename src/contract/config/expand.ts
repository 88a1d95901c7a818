/** Where the variables of a configuration file come from. */
export interface Variables {
  environment: Readonly<Record<string, string | undefined>>
  /** What `${DATE}` and `${DATETIME}` are taken from. */
  now: Date
}

export type Expansion =
  | { ok: true; text: string }
  | { ok: false; code: 'CONFIG_UNSET_VARIABLE' | 'CONFIG_INVALID_VALUE'; problem: string; hint: string }

const VARIABLE = /\$\$\{|\$\{([^}]*)\}?/g
/** Variables that are set where the environment has none. */
export const BUILT_IN: readonly string[] = ['DATE', 'DATETIME']

/** The names of the `${NAME}`s without a default in a text, each once, in order; built-in ones too. */
export function variableNames(text: string): string[] {
  return [...new Set([...text.matchAll(PLAIN_VARIABLE)].map(([, name]) => name as string))]
}

const PLAIN_VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g
const NAME = /^([A-Za-z_][A-Za-z0-9_]*)(:-([\s\S]*))?$/

/**
 * Replaces `${NAME}` and `${NAME:-default}` in one scalar of a configuration file. It runs after the YAML has been
 * parsed, so that a variable's value can never become a key or a list. `$${` stands for a literal `${`. A variable that
 * is not set, or set to nothing, is a problem and never an empty value (an empty password is worse than none).
 * Built in, unless the environment has them: `DATE` (`2026-04-05`) and `DATETIME` (`20260405T020000Z`), both in UTC.
 */
export function expandVariables(text: string, variables: Variables): Expansion {
  let failure: Expansion | null = null
  const fail = (code: 'CONFIG_UNSET_VARIABLE' | 'CONFIG_INVALID_VALUE', problem: string, hint: string) => {
    failure ??= { ok: false, code, problem, hint }
    return ''
  }
  const expanded = text.replace(VARIABLE, (whole, inner: string | undefined) => {
    if (whole === '$${') return '${'
    const parts = whole.endsWith('}') ? NAME.exec(inner ?? '') : null
    if (parts === null) {
      return fail(
        'CONFIG_INVALID_VALUE',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the file's spelling
        'expected ${NAME} or ${NAME:-default}',
        'Write $${ for a literal ${.',
      )
    }
    const name = parts[1] as string
    const value = lookUp(name, variables)
    if (value !== undefined && value !== '') return value
    if (parts[2] !== undefined) return parts[3] ?? ''
    const state = value === undefined ? 'not set' : 'empty'
    return fail(
      'CONFIG_UNSET_VARIABLE',
      `the variable "${name}" is ${state}`,
      `Set it in the environment, or write \${${name}:-default} where it may be missing.`,
    )
  })
  return failure ?? { ok: true, text: expanded }
}

function lookUp(name: string, { environment, now }: Variables): string | undefined {
  if (Object.hasOwn(environment, name)) return environment[name]
  if (name === 'DATE') return now.toISOString().slice(0, 10)
  if (name === 'DATETIME') return `${now.toISOString().replace(/[-:]/g, '').slice(0, 15)}Z`
  return undefined
}
