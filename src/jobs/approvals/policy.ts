import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { type ApprovalPolicy, approvalPolicy, NO_APPROVALS } from '../../contract/approvals.ts'
import { CofferError } from '../../contract/errors.ts'
import { findDecided } from '../decided-file.ts'

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
  const file = { name: FILE, variable: VARIABLE, own: FILE }
  const decided = await findDecided(environment, file, readPolicy)
  if (decided === null) return { policy: NO_APPROVALS, path: null, own: true }
  const { found, path, own } = decided
  return { policy: found, path, own }
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
