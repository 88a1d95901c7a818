import { createHash, createPublicKey } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { ActivityVerdict } from '../../contract/activity.ts'
import { CofferError } from '../../contract/errors.ts'
import { EXIT, type ExitCode } from '../../contract/exit-codes.ts'
import type { JobContext, JobRequest, JobResult } from '../../contract/jobs.ts'
import type { ActivityResult } from '../../contract/results/activity.ts'
import { say } from '../../contract/said/said.ts'
import { JOURNAL_FILE } from '../../journal/activity/append.ts'
import { emptyVerdict, type KnownKey, verifyActivity } from '../../journal/activity/verify.ts'
import { profileFolder } from '../profile.ts'
import { exportActivity } from './export.ts'
import { activityFolder, knownKeys, SHORT_PATIENCE_MS } from './key.ts'
import { ActivityReader } from './read.ts'

const VERDICT_EXIT: Readonly<Record<ActivityVerdict['verdict'], ExitCode>> = {
  PASSED: EXIT.done,
  FAILED: EXIT.checkFailed,
  INDETERMINATE: EXIT.indeterminate,
}

/**
 * Shows, checks and exports the activity journal of the profile.
 * @returns of `verify` exit code checkFailed where a line was changed, indeterminate where that can't be told
 * @throws STORAGE_… where the journal or the output can't be used; KEY_… for a public key that is none
 */
export async function runActivity(
  request: Extract<JobRequest, { kind: 'activity' }>,
  context: JobContext,
): Promise<JobResult<ActivityResult>> {
  const { environment } = request
  const profile = profileFolder(environment)
  const journal = join(activityFolder(profile), JOURNAL_FILE)
  switch (request.action) {
    case 'list': {
      const page = await new ActivityReader(profile).page(request.filter, 0, request.limit).catch(explain(journal))
      return { exitCode: EXIT.done, result: { kind: 'activity', action: 'list', journal, ...page } }
    }
    case 'verify': {
      const file = request.file === null ? null : resolve(request.file)
      const verdict =
        file === null
          ? await verifyProfile(profile, environment, request.publicKey, context.signal)
          : await verifyFile(file, request.publicKey, context.signal)
      const result: ActivityResult = { kind: 'activity', action: 'verify', journal: file ?? journal, verdict }
      return { exitCode: VERDICT_EXIT[verdict.verdict], result }
    }
    case 'export': {
      const result = await exportActivity(profile, environment, request.filter, resolve(request.output)).catch(
        explain(journal),
      )
      return { exitCode: EXIT.done, result: { kind: 'activity', action: 'export', journal, ...result } }
    }
  }
}

/**
 * Checks the journal of a profile.
 * @param publicKey a PEM file of keys that the caller vouches for; null: those of the profile alone
 */
export async function verifyProfile(
  profile: string,
  environment: Readonly<Record<string, string | undefined>>,
  publicKey: string | null,
  signal?: AbortSignal,
): Promise<ActivityVerdict> {
  const folder = activityFolder(profile)
  const path = join(folder, JOURNAL_FILE)
  const given = publicKey === null ? [] : await keysIn(publicKey)
  const known = await knownKeys(folder, environment, SHORT_PATIENCE_MS)
  const keys = [...given, ...known.keys.filter((key) => !given.some(({ keyId }) => keyId === key.keyId))]
  if (!(await exists(path))) return emptyVerdict(known.remembered, known.forgotten)
  return verifyActivity(path, { ...known, keys, ...(signal === undefined ? {} : { signal }) }).catch(explain(path))
}

/** Checks an exported journal, somewhere else: nothing of this machine is asked. */
async function verifyFile(path: string, publicKey: string | null, signal: AbortSignal): Promise<ActivityVerdict> {
  if (!(await exists(path))) {
    throw new CofferError('CONFIG_UNREADABLE', `there is no file "${path}"`, {
      hint: 'Give the file that "coffer activity export" wrote.',
    })
  }
  const keys = publicKey === null ? [] : await keysIn(publicKey)
  return verifyActivity(path, {
    keys,
    remembered: null,
    forgotten: say('journal.exported'),
    unconfirmed: null,
    signal,
  }).catch(explain(path))
}

/** @throws KEY_MISSING, KEY_UNREADABLE */
async function keysIn(path: string): Promise<KnownKey[]> {
  let text: string
  try {
    text = await readFile(path, 'latin1')
  } catch (cause) {
    throw new CofferError('KEY_MISSING', `can't read the public key "${path}"`, { cause })
  }
  const blocks = text.match(/-----BEGIN PUBLIC KEY-----[\s\S]*?-----END PUBLIC KEY-----/g) ?? []
  try {
    if (blocks.length === 0) throw new RangeError('there is none')
    return blocks.map((block) => {
      const publicKey = createPublicKey(block).export({ type: 'spki', format: 'der' })
      return { keyId: createHash('sha256').update(publicKey).digest('hex'), publicKey, confirmedBy: 'given' as const }
    })
  } catch (cause) {
    throw new CofferError('KEY_UNREADABLE', `expected public keys in PEM in "${path}"`, { cause })
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return false
      return explain(path)(error)
    },
  )
}

function explain(path: string): (error: unknown) => never {
  return (error) => {
    if (error instanceof CofferError) throw error
    const { code, message, name } = error as NodeJS.ErrnoException
    if (name === 'AbortError') throw new CofferError('INTERRUPTED', 'stopped before everything was checked')
    const known = code === 'EACCES' || code === 'EPERM' ? 'STORAGE_NOT_ALLOWED' : 'STORAGE_FAILED'
    throw new CofferError(known, `can't use "${path}": ${code === 'EACCES' ? 'not allowed' : message}`, {
      cause: error,
    })
  }
}
