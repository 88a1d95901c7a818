import { EXIT_MEANING } from '../contract/exit-codes.ts'
import { TOOL } from '../contract/tool.ts'
import { COMMON_FLAGS, FLAGS, type FlagName, type OwnShorts } from './flags.ts'
import { VERBS } from './verbs/table.ts'
import type { Verb } from './verbs/verb.ts'

/** The help of the whole program. */
export function programHelp(): string {
  return [
    `coffer ${TOOL.version}: byte-true, provable backups of Apache Kafka`,
    '',
    'Usage: coffer VERB [FLAGS]',
    '',
    'Verbs:',
    ...summaryLines([
      ...VERBS,
      { name: 'help', summary: 'help for a verb: coffer help VERB' },
      { name: 'version', summary: 'the version' },
    ]),
    '',
    'Flags of every verb:',
    ...flagLines(COMMON_FLAGS),
    '',
    'Example:',
    '  coffer backup --config sox-backup.yaml',
    '',
    ...exitCodeLines(),
  ].join('\n')
}

/** The help of the one verb that asks for no job. */
export function versionHelp(): string {
  return [
    'coffer version: the version',
    '',
    'Usage: coffer version [FLAGS]',
    '',
    'Flags:',
    ...flagLines(COMMON_FLAGS),
    '',
    'Examples:',
    '  coffer version',
    "  coffer version --json | jq -r '.version'",
    '',
    ...exitCodeLines(),
  ].join('\n')
}

/** The help of one verb. */
export function verbHelp(verb: Verb): string {
  const required = verb.required.map((name) => ` --${name} ${FLAGS[name].value ?? ''}`.trimEnd()).join('')
  const other = verb.formats.includes('csv') ? ' (csv too: for this verb)' : ''
  const formats = verb.ownFormats === undefined ? null : `what to fetch: ${verb.ownFormats.join(', ')}`
  return [
    `coffer ${verb.name}: ${verb.summary}`,
    '',
    `Usage: coffer ${verb.name}${verb.operands === undefined ? '' : ` ${verb.operands.name}`}${required} [FLAGS]`,
    ...(verb.details === undefined ? [] : ['', verb.details]),
    '',
    'Flags:',
    ...flagLines([...verb.flags, ...COMMON_FLAGS], verb.shorts).map((line) =>
      !line.includes('--format FORMAT')
        ? line
        : formats === null
          ? line + other
          : line.replace(FLAGS.format.text, formats),
    ),
    '',
    verb.examples.length === 1 ? 'Example:' : 'Examples:',
    ...verb.examples.map((example) => `  ${example}`),
    '',
    ...exitCodeLines(),
  ].join('\n')
}

/** A line for each verb, what it does in a column of its own. */
function summaryLines(verbs: readonly Pick<Verb, 'name' | 'summary'>[]): string[] {
  const widest = Math.max(...verbs.map(({ name }) => name.length))
  return verbs.map(({ name, summary }) => `  ${name.padEnd(widest)}  ${summary}`)
}

/** The help of verbs that begin with the same word, such as `keys`. @returns null where there are none */
export function familyHelp(word: string): string | null {
  const verbs = VERBS.filter((verb) => verb.name.startsWith(`${word} `))
  if (verbs.length === 0) return null
  return [
    `Usage: coffer ${word} WORD [FLAGS]`,
    '',
    'Verbs:',
    ...summaryLines(verbs),
    '',
    `The flags of one: coffer ${verbs[0]?.name} --help`,
    '',
    'Examples:',
    ...verbs.flatMap((verb) => verb.examples.slice(0, 1)).map((example) => `  ${example}`),
  ].join('\n')
}

/** The table of exit codes, as the README has it too. */
export function exitCodeLines(): string[] {
  return ['Exit codes:', ...Object.entries(EXIT_MEANING).map(([code, meaning]) => `  ${code.padStart(3)}  ${meaning}`)]
}

function flagLines(names: readonly FlagName[], shorts: OwnShorts = {}): string[] {
  const own = new Map(Object.entries(shorts).map(([short, name]) => [name, short]))
  const titles = names.map((name) => {
    const flag = FLAGS[name]
    const letter = own.get(name) ?? flag.short
    const short = letter === null ? '    ' : `-${letter}, `
    return `  ${short}--${name}${flag.value === null ? '' : ` ${flag.value}`}`
  })
  const widest = Math.max(...titles.map((title) => title.length))
  return names.map((name, index) => `${(titles[index] as string).padEnd(widest)}  ${FLAGS[name].text}`)
}
