import { readFile } from 'node:fs/promises'
import process from 'node:process'
import { parseTime } from '../../contract/config/times.ts'
import { CofferError } from '../../contract/errors.ts'
import type { ArchiveLocation, ConfigSource, JobRequest } from '../../contract/jobs.ts'
import { type FlagName, type OwnShorts, type ParsedArguments, usage } from '../flags.ts'

/** What a verb is: its words for the help, the flags it takes, and the job it asks for. */
export interface Verb {
  /** One word, or two: `evidence list`. */
  name: string
  /** One line of the list of verbs. */
  summary: string
  /** More, for its own help. */
  details?: string
  flags: readonly FlagName[]
  /** Where OSO Kafka Backup gives this verb a short flag that other verbs have for something else. */
  shorts?: OwnShorts
  /** Those it can't do without, for the usage line. */
  required: readonly FlagName[]
  /** What the words after the verb are, for verbs that take some: `FILE…`. */
  operands?: { name: string; least: number; most: number }
  formats: readonly Format[]
  /** Where `--format` says something else than how to print (`--json` still does): what it may be. */
  ownFormats?: readonly string[]
  examples: readonly string[]
  /** @throws USAGE, CONFIG_UNREADABLE */
  request(args: VerbArguments): Promise<JobRequest>
}

export type Format = 'text' | 'json' | 'yaml' | 'csv'

export interface VerbArguments extends ParsedArguments {
  environment: Record<string, string>
  /** The words after the verb. */
  operands: string[]
}

export const FORMATS: readonly Format[] = ['text', 'json', 'yaml']

/** The value of a flag that the verb needs. */
export function need(args: ParsedArguments, flag: FlagName): string {
  const value = args.values[flag]
  if (value === undefined) throw usage(`missing "--${flag}"`)
  return value
}

const MAX_CONFIG_BYTES = 1_000_000

/** Relative paths in the file are relative to where the command was started, as OSO Kafka Backup has it. */
export async function readConfig(path: string): Promise<ConfigSource> {
  const unreadable = (reason: string, cause?: unknown) =>
    new CofferError('CONFIG_UNREADABLE', `can't read the configuration file "${path}": ${reason}`, {
      ...(cause === undefined ? {} : { cause }),
    })
  let bytes: Buffer
  try {
    bytes = await readFile(path)
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    const reasons: Record<string, string> = { ENOENT: 'no such file', EISDIR: 'it is a folder', EACCES: 'not allowed' }
    throw unreadable(reasons[code ?? ''] ?? (cause as Error).message, cause)
  }
  if (bytes.length > MAX_CONFIG_BYTES)
    throw unreadable(`expected at most ${MAX_CONFIG_BYTES} bytes, got ${bytes.length}`)
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return { text, name: path, directory: process.cwd() }
  } catch (cause) {
    throw unreadable('it is not UTF-8 text', cause)
  }
}

export async function configRequest(args: VerbArguments): Promise<ConfigSource> {
  return readConfig(need(args, 'config'))
}

export function archiveAt(args: VerbArguments): { archive: ArchiveLocation; backupId: string } {
  return { archive: { path: need(args, 'path') }, backupId: need(args, 'backup-id') }
}

/**
 * The point in time that a flag gives, in milliseconds since the epoch, spelled as in a configuration file.
 * @returns null where it is not given. @throws USAGE, also for a day that no calendar has
 */
export function timeOf({ values }: ParsedArguments, flag: FlagName): number | null {
  const text = values[flag]
  if (text === undefined) return null
  const parsed = parseTime(text)
  if (parsed.ok) return parsed.millis
  throw usage(`expected ${parsed.expected} for "--${flag}", got "${text}"`)
}

/** How many to show at most: `--limit`, else 50. @throws USAGE */
export function limitOf({ values }: ParsedArguments): number {
  const text = values.limit ?? '50'
  if (/^\d{1,6}$/.test(text) && Number(text) >= 1 && Number(text) <= 100_000) return Number(text)
  throw usage(`expected a whole number from 1 to 100000 for "--limit", got "${text}"`)
}

/** `--approval FILE`, where it is given. */
export function approvalOf({ values }: VerbArguments): { approval?: string } {
  return values.approval === undefined ? {} : { approval: values.approval }
}
