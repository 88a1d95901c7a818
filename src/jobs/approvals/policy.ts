import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { type ApprovalPolicy, approvalPolicy, NO_APPROVALS } from '../../contract/approvals.ts'
import { CofferError } from '../../contract/errors.ts'
import { profileFolder } from '../profile.ts'

type Environment = Readonly<Record<string, string | undefined>>

const FILE = 'approval-policy.json'
/** Names the policy of an administrator; what stands there can't be switched off by leaving the file out. */
const VARIABLE = 'COFFER_APPROVAL_POLICY'

export interface FoundPolicy {
  policy: ApprovalPolicy
  /** Where it stands; null: there is none, and nothing needs an approval. */
  path: string | null
  /** Whether the user's own profile holds it: whoever can change the profile can change it. */
  own: boolean
}

/**
 * The policy that holds here: the machine's (where only an administrator writes), else the one that
 * COFFER_APPROVAL_POLICY names, else the profile's own.
 * @throws CONFIG_UNREADABLE, CONFIG_INVALID_VALUE: a policy that is there and can't be read stops what it may be about
 */
export async function findPolicy(environment: Environment): Promise<FoundPolicy> {
  const machine = machinePolicy(environment)
  const named = environment[VARIABLE] || null
  const own = join(profileFolder(environment), FILE)
  for (const path of [machine, named, own]) {
    if (path === null) continue
    const policy = await readPolicy(path, path === named)
    if (policy !== null) return { policy, path, own: path === own }
  }
  return { policy: NO_APPROVALS, path: null, own: true }
}

/** Where a policy for everybody on this machine stands, by each system's custom. */
function machinePolicy(environment: Environment): string {
  if (process.platform === 'win32') return join(environment.PROGRAMDATA ?? 'C:\\ProgramData', 'Coffer', FILE)
  if (process.platform === 'darwin') return join('/Library/Application Support/Coffer', FILE)
  return join('/etc/coffer', FILE)
}

async function readPolicy(path: string, required: boolean): Promise<ApprovalPolicy | null> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (!required && (code === 'ENOENT' || code === 'ENOTDIR')) return null
    throw new CofferError(
      'CONFIG_UNREADABLE',
      `can't read the approval policy "${path}": ${code === 'ENOENT' ? 'no such file' : code === 'EACCES' ? 'not allowed' : message}`,
      {
        hint: required
          ? `${VARIABLE} names it. Without it nobody knows what needs an approval.`
          : 'Ask your administrator.',
        cause,
      },
    )
  }
  try {
    return approvalPolicy.parse(JSON.parse(text))
  } catch (cause) {
    const issue = cause instanceof z.ZodError ? cause.issues[0] : undefined
    const where = issue === undefined ? 'it is no JSON' : `"${issue.path.join('.')}": ${issue.message.toLowerCase()}`
    throw new CofferError('CONFIG_INVALID_VALUE', `can't use the approval policy "${path}": ${where}`, { cause })
  }
}
