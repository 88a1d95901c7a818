import { setTimeout as pause } from 'node:timers/promises'
import { editDistance } from '../contract/edit-distance.ts'
import { ERROR_EXIT, serializeError } from '../contract/errors.ts'
import { EXIT } from '../contract/exit-codes.ts'
import type { JobEvent, JobOutcome, JobRequest } from '../contract/jobs.ts'
import { TOOL } from '../contract/tool.ts'
import type { JobHandlers } from '../worker/client.ts'
import { COMMON_FLAGS, FLAGS, type FlagName, type OwnShorts, type ParsedArguments, parseFlags, usage } from './flags.ts'
import { familyHelp, programHelp, verbHelp, versionHelp } from './help.ts'
import { hintOf } from './hints.ts'
import { paint } from './paint.ts'
import { ProgressView } from './progress.ts'
import { csvRenderer, jsonRenderer } from './render/data.ts'
import type { AnyResult, Renderer } from './render/renderer.ts'
import { textRenderer } from './render/text.ts'
import { errorLines } from './report-error.ts'
import { type Interruption, watchSignals } from './signals.ts'
import type { Terminal } from './terminal.ts'
import { VERBS } from './verbs/table.ts'
import type { Format, Verb, VerbArguments } from './verbs/verb.ts'

/** What the command line needs of the outside; the entry gives it the real things. */
export interface World {
  terminal: Terminal
  environment: Record<string, string>
  runJob(request: JobRequest, handlers: JobHandlers): Promise<JobOutcome>
  /** Ends the process: after the second Ctrl-C nothing waits. */
  exit(code: number): void
}

const RENDERERS: Record<Format, () => Renderer | Promise<Renderer>> = {
  text: () => textRenderer,
  json: () => jsonRenderer,
  // loaded when it is wanted, since its library is large
  yaml: async () => (await import('./render/yaml.ts')).yamlRenderer,
  csv: () => csvRenderer,
}

/** Runs one command line. @returns the exit code */
export async function runCommand(argv: readonly string[], world: World): Promise<number> {
  // before anything is parsed, so that a mistake among the flags is reported in the format that was asked for
  const words = argv.filter((word) => !word.startsWith('-'))
  const style: Style = { renderer: wantsJson(argv) ? jsonRenderer : textRenderer, verbose: false, words }
  try {
    const args = parseFlags(argv, shortsOf)
    style.verbose = (args.counts.verbose ?? 0) > 0
    const { terminal } = world
    const [word, ...rest] = args.words
    if (word === 'help' || rest[0] === 'help' || args.counts.help !== undefined) {
      terminal.out(`${helpFor(askedAbout(args.words))}\n`)
      return EXIT.done
    }
    if (args.counts.version !== undefined || word === 'version') {
      if (wantsJson(argv)) terminal.data(`${JSON.stringify({ version: TOOL.version })}\n`)
      else terminal.out(`coffer ${TOOL.version}\n`)
      return EXIT.done
    }
    if (word === undefined) throw usage('missing a verb', 'Run "coffer --help".')
    const { verb, operands } = findVerb(args.words)
    checkFlags(verb, args, operands)
    const format = formatOf(verb, args)
    style.renderer = await RENDERERS[format]()
    return await runVerb(verb, { ...args, operands, environment: world.environment }, style.renderer, world)
  } catch (error) {
    return fail(error, style, world)
  }
}

/** `help validation run`, and OSO's other way to say it: `validation help run`. */
function askedAbout([word, next, ...rest]: readonly string[]): string[] {
  if (word === 'help') return next === undefined ? [] : [next, ...rest]
  return [word, next === 'help' ? undefined : next, ...rest].filter((one) => one !== undefined)
}

/** Of nothing: of the whole program; of the first word of several verbs, such as `keys`: of them all. */
function helpFor(words: readonly string[]): string {
  const [word] = words
  if (word === undefined || word === 'help') return programHelp()
  if (word === 'version') return versionHelp()
  const family = words.length === 1 ? familyHelp(word) : null
  return family ?? verbHelp(findVerb(words).verb)
}

/** The short flags that are the verb's own. */
function shortsOf(words: readonly string[]): OwnShorts {
  return verbOf(words)?.shorts ?? {}
}

/** @returns undefined where the words name none */
function verbOf(words: readonly string[]): Verb | undefined {
  return [2, 1]
    .map((length) => VERBS.find(({ name }) => name === words.slice(0, length).join(' ')))
    .find((verb) => verb !== undefined)
}

/** The verb is the first word, or the first two: `validation run`. */
function findVerb(words: readonly string[]): { verb: Verb; operands: string[] } {
  const [name = '', next] = words
  const verb = verbOf(words)
  if (verb !== undefined) return { verb, operands: words.slice(verb.name.split(' ').length) }
  const family = VERBS.filter((one) => one.name.startsWith(`${name} `)).map((one) => one.name)
  if (family.length > 0) {
    const near = family.find((one) => next !== undefined && editDistance(one, `${name} ${next}`) <= 2)
    throw usage(
      next === undefined ? `"${name}" needs a second word` : `unknown verb "${name} ${next}"`,
      near === undefined ? `Expected one of: ${family.join(', ')}.` : `Did you mean "${near}"?`,
    )
  }
  const near = VERBS.find((one) => editDistance(one.name, name) <= 2)
  throw usage(
    `unknown verb "${name}"`,
    near === undefined ? 'Run "coffer --help" for the list.' : `Did you mean "${near.name}"?`,
  )
}

function checkFlags(verb: Verb, args: ParsedArguments, operands: readonly string[]): void {
  const hint = `Run "coffer ${verb.name} --help".`
  const given = [...Object.keys(args.values), ...Object.keys(args.lists), ...Object.keys(args.counts)] as FlagName[]
  for (const name of given) {
    if (!verb.flags.includes(name) && !COMMON_FLAGS.includes(name))
      throw usage(`"${verb.name}" takes no flag "--${name}"`, hint)
  }
  const { least, most, name: operand } = verb.operands ?? { least: 0, most: 0, name: '' }
  if (operands.length > most) {
    const expected = most === 0 ? 'only flags' : `at most ${most} ${operand}`
    throw usage(`expected ${expected} after "${verb.name}", got "${operands[most]}"`, hint)
  }
  if (operands.length < least) throw usage(`missing ${operand} after "${verb.name}"`, `Example: ${verb.examples[0]}`)
  for (const name of verb.required) {
    if (args.values[name] === undefined && args.lists[name] === undefined)
      throw usage(`missing "--${name} ${FLAGS[name].value ?? ''}"`, `Example: ${verb.examples[0]}`)
  }
}

function formatOf(verb: Verb, args: ParsedArguments): Format {
  const named = args.values.format
  if (verb.ownFormats !== undefined) {
    if (named !== undefined && !verb.ownFormats.includes(named)) {
      throw usage(`expected --format ${verb.ownFormats.join(', ')}, got "${named}"`)
    }
    return args.counts.json === undefined ? 'text' : 'json'
  }
  const format = verb.formats.find((one) => one === named)
  if (named !== undefined && format === undefined) {
    throw usage(`expected --format ${verb.formats.join(', ')}, got "${named}"`)
  }
  if (args.counts.json !== undefined && format !== undefined && format !== 'json') {
    throw usage(`expected either "--json" or "--format ${format}", got both`)
  }
  return args.counts.json === undefined ? (format ?? 'text') : 'json'
}

async function runVerb(verb: Verb, args: VerbArguments, renderer: Renderer, world: World): Promise<number> {
  const { terminal } = world
  const interval = intervalOf(args)
  const request = await verb.request(args)
  const view = new ProgressView(terminal, verb.name, args.counts.quiet === undefined)
  const interruption = watchSignals(
    () => {
      if (request.kind !== 'status') view.log('stopping at a durable point… press Ctrl-C again to stop at once')
    },
    () => {
      view.end()
      terminal.err('stopped at once\n')
      world.exit(EXIT.interrupted)
    },
  )
  try {
    if (interval === null) return await runOnce(request, renderer, view, interruption, args, world)
    return await watch(request, interval, renderer, view, interruption, args, world)
  } finally {
    view.end()
    interruption.release()
  }
}

async function runOnce(
  request: JobRequest,
  renderer: Renderer,
  view: ProgressView,
  interruption: Interruption,
  args: ParsedArguments,
  world: World,
): Promise<number> {
  const outcome = await world.runJob(request, {
    onEvent: (event) => hear(event, view, args),
    signal: interruption.stop,
    terminate: interruption.terminate,
  })
  view.end()
  if (outcome.state === 'failed') {
    return fail(outcome.error, { renderer, verbose: (args.counts.verbose ?? 0) > 0, words: args.words }, world)
  }
  const text = renderer.result(outcome.result as AnyResult)
  if (renderer === textRenderer) world.terminal.out(text)
  else world.terminal.data(text)
  return outcome.exitCode
}

/** `status --watch`: the same look again and again; on a terminal in place of the last one. Ctrl-C is its normal end. */
async function watch(
  request: JobRequest,
  seconds: number,
  renderer: Renderer,
  view: ProgressView,
  interruption: Interruption,
  args: ParsedArguments,
  world: World,
): Promise<number> {
  for (;;) {
    if (world.terminal.live && renderer === textRenderer) world.terminal.control('\x1b[H\x1b[2J')
    const code = await runOnce(request, renderer, view, interruption, args, world)
    if (interruption.stop.aborted) return EXIT.done
    if (code !== EXIT.done) return code
    await pause(seconds * 1000, undefined, { signal: interruption.stop }).catch(() => undefined)
    if (interruption.stop.aborted) return EXIT.done
  }
}

/** Without `--watch` an interval says nothing, and is no mistake: OSO Kafka Backup takes such a line too. */
function intervalOf(args: ParsedArguments): number | null {
  const text = args.values.interval
  const seconds = text === undefined ? 2 : Number(text)
  if (!(seconds >= 0.1 && seconds <= 86_400))
    throw usage(`expected seconds from 0.1 to 86400 for "--interval", got "${text}"`)
  return args.counts.watch === undefined ? null : seconds
}

/** Remarks go to standard error: warnings and errors always, `--verbose` adds the rest, `--quiet` keeps errors only. */
function hear(event: JobEvent, view: ProgressView, args: ParsedArguments): void {
  if (event.type === 'progress') view.update(event.progress)
  if (event.type !== 'log') return
  const least = args.counts.quiet !== undefined ? 3 : Math.max(0, 1 - (args.counts.verbose ?? 0))
  if (['debug', 'info', 'warn', 'error'].indexOf(event.level) < least) return
  const colour = { debug: 'dim', info: 'bold', warn: 'yellow', error: 'red' } as const
  const word = { debug: 'debug:', info: 'info:', warn: 'warning:', error: 'error:' }[event.level]
  const details =
    (args.counts.verbose ?? 0) > 1 && event.details !== undefined ? ` ${JSON.stringify(event.details)}` : ''
  view.log(`${paint(colour[event.level], word)} ${event.message}${details}`)
}

/** How an error is shown, and the words of the command line, for its hint. */
interface Style {
  renderer: Renderer
  verbose: boolean
  words: readonly string[]
}

function fail(error: unknown, { renderer, verbose, words }: Style, { terminal }: World): number {
  const plain = isSerialized(error) ? error : serializeError(error)
  const verb = VERBS.find(({ name }) => name === words[0] || name === words.slice(0, 2).join(' '))
  const shown = { ...plain, hint: plain.hint ?? hintOf(plain.code, verb?.name ?? null, verbose) }
  terminal.err(`${errorLines(shown, verbose).join('\n')}\n`)
  const text = renderer.error(shown)
  if (text !== null) terminal.data(text)
  return ERROR_EXIT[plain.code] ?? EXIT.unexpected
}

function isSerialized(error: unknown): error is Extract<JobOutcome, { state: 'failed' }>['error'] {
  return (
    typeof error === 'object' && error !== null && !(error instanceof Error) && 'code' in error && 'message' in error
  )
}

function wantsJson(argv: readonly string[]): boolean {
  return argv.some(
    (arg, index) =>
      arg === '--json' || arg === '--format=json' || (arg === 'json' && /^(-f|--format)$/.test(argv[index - 1] ?? '')),
  )
}
