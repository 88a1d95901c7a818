import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { coffer, type Run } from '../cli/program.ts'
import { runTool } from '../rig/cache.ts'
import type { DumpedRecord } from '../rig/java-types.ts'

/** Where OSO's program is: `test/interop/run.ts` says so. */
export const OSO_ENV = 'COFFER_OSO'

export type Program = (...args: string[]) => Promise<Run>

/** OSO's program. It writes its log to standard output too, among the results, unless it is told to be quiet. */
export const oso: Program = async (...args) => {
  const program = process.env[OSO_ENV]
  assert.ok(program !== undefined, 'run it by: npm run test:oso -- PATH')
  const { code, stdout, stderr } = await runTool(program, args, { env: { RUST_LOG: 'error' } })
  return { code, out: stdout, err: stderr }
}

export const ours: Program = (...args) => coffer(args)

/** Runs a program to a good end. @returns what it said on standard output */
export async function well(program: Program, ...args: string[]): Promise<string> {
  const { code, out, err } = await program(...args)
  assert.equal(code, 0, `${args.join(' ')}\n${out.slice(-3000)}\n${err.slice(-3000)}`)
  return out
}

/** Both programs take the same files. JSON is YAML. @returns the file's path */
export async function configFile(folder: string, config: { mode: string; backup_id: string }): Promise<string> {
  const file = join(folder, `${config.mode}-${config.backup_id}.yaml`)
  await writeFile(file, JSON.stringify(config))
  return file
}

/**
 * Records as OSO archives and as it restores them, whoever archived them: it keeps a record's headers in a map, so that of
 * a name that comes more than once the first place and the last value stay, and takes a value that is null for an empty one.
 */
export function asOsoHasThem(records: readonly DumpedRecord[]): DumpedRecord[] {
  return records.map((record) => ({
    ...record,
    headers: [...new Map(record.headers)].map(([name, value]) => [name, value ?? '']),
  }))
}

/** Data that looks like a transaction marker: a key of 4 bytes, 0 0 0 and 0 or 1, and a value of 6 that begin with 0 0. */
export function looksLikeMarker({ key, value }: DumpedRecord): boolean {
  const [head, body] = [key, value].map((one) =>
    typeof one === 'string' ? Buffer.from(one, 'base64').toString('hex') : '',
  )
  return /^0000000[01]$/.test(head ?? '') && /^0000[0-9a-f]{8}$/.test(body ?? '')
}
