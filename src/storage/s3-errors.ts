import { CofferError, type ErrorCode } from '../contract/errors.ts'

/** What an S3 server, the SDK or the network said, whichever of them it was. */
export interface Failure {
  /** HTTP status, or undefined where no answer came. */
  status: number | undefined
  /** S3's error code, or the name of the SDK's error class. */
  name: string
  /** The system's errno name, for what failed below HTTP. */
  errno: string | undefined
  message: string
  /** The region that a bucket is really in, where the server tells. */
  region: string | undefined
}

/** An answer that broke off or does not match its checksum: worth another try. */
export class BrokenAnswer extends Error {}

/** Below HTTP, and likely to pass: https://man7.org/linux/man-pages/man3/errno.3.html and c-ares' codes in Node. */
const NETWORK = new Set(
  'ECONNRESET ECONNREFUSED ECONNABORTED EPIPE ETIMEDOUT EHOSTUNREACH EHOSTDOWN ENETUNREACH ENETDOWN EAI_AGAIN ENOTFOUND'.split(
    ' ',
  ),
)
/** Never reached a server: sure to have changed nothing there. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])
const PASSING_STATUS = new Set([408, 429, 500, 502, 503, 504])
/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html, those that say "try again". */
const PASSING_NAMES = new Set(
  (
    'RequestTimeout SlowDown InternalError ServiceUnavailable Throttling ThrottlingException RequestTimeTooSkewed ' +
    'ConditionalRequestConflict OperationAborted BadDigest IncompleteBody XAmzContentSHA256Mismatch TimeoutError'
  ).split(' '),
)

const ONCE = new Set(['BadDigest', 'IncompleteBody', 'XAmzContentSHA256Mismatch', 'RequestTimeTooSkewed'])

/** Reads any thrown value as a failure of S3. */
export function failureOf(error: unknown): Failure {
  const fields = typeof error === 'object' && error !== null ? (error as Record<string, unknown>) : {}
  const metadata = fields.$metadata as { httpStatusCode?: number } | undefined
  const headers = (fields.$response as { headers?: Record<string, string> } | undefined)?.headers
  // Several addresses tried at once fail as an AggregateError without a message of its own.
  const inner = Array.isArray(fields.errors) ? (fields.errors[0] as { message?: string } | undefined) : undefined
  const message = error instanceof Error ? error.message || inner?.message || error.name : String(error)
  return {
    status: metadata?.httpStatusCode,
    name: typeof fields.name === 'string' ? fields.name : 'Error',
    errno: typeof fields.code === 'string' ? fields.code : undefined,
    message,
    region: typeof fields.Region === 'string' ? fields.Region : headers?.['x-amz-bucket-region'],
  }
}

/** Whether the same request may succeed a little later. */
export function isPassing(error: unknown): boolean {
  if (error instanceof CofferError) return false
  if (error instanceof BrokenAnswer) return true
  const { status, name, errno } = failureOf(error)
  if (PASSING_NAMES.has(name)) return true
  if (errno !== undefined && (NETWORK.has(errno) || errno.startsWith('HPE_'))) return true
  return status !== undefined && PASSING_STATUS.has(status)
}

/** Whether more than a few tries are pointless: what is damaged at rest, or a clock, does not heal by waiting. */
export function isPassingOnce(error: unknown): boolean {
  return error instanceof BrokenAnswer || ONCE.has(failureOf(error).name)
}

/** Whether no connection came about at all. */
export function neverReached(error: unknown): boolean {
  const { status, name, errno, message } = failureOf(error)
  if (status !== undefined) return false
  return (
    (errno !== undefined && NEVER_SENT.has(errno)) ||
    (name === 'TimeoutError' && message.includes('establish a connection'))
  )
}

/** A conditional request whose condition does not hold. */
export function isConditionFailed(error: unknown): boolean {
  const { status, name } = failureOf(error)
  return status === 412 || name === 'PreconditionFailed'
}

/**
 * No such object. Only these names: a 404 also means no bucket, no upload, and with some servers no such user. A HEAD
 * answers all of them alike (`S3Connection.head` tells them apart).
 */
export function isMissing(error: unknown): boolean {
  return ['NoSuchKey', 'NotFound'].includes(failureOf(error).name)
}

/**
 * Turns what S3, the SDK or the network said into one of our errors.
 * @param doing what was tried, as in `write "x"`
 * @param location without secrets
 */
export function s3Error(error: unknown, doing: string, location: string): CofferError {
  if (error instanceof CofferError) return error
  const failure = failureOf(error)
  const { code, says, hint } = explain(failure)
  return new CofferError(code, `cannot ${doing} in "${location}", ${says}`, {
    ...(hint === undefined ? {} : { hint }),
    details: {
      ...(failure.status === undefined ? {} : { status: failure.status }),
      s3: failure.errno ?? failure.name,
    },
    cause: error,
  })
}

interface Explanation {
  code: ErrorCode
  says: string
  hint?: string
}

const REFUSED_HINT =
  'Check the key pair and its policy: it needs s3:ListBucket, s3:GetObject, s3:PutObject, s3:DeleteObject.'

function explain(failure: Failure): Explanation {
  if (failure.status === undefined && /^region is missing/i.test(failure.message)) {
    return { code: 'CONFIG_MISSING_KEY', says: 'no region is given', hint: 'Set region, or AWS_REGION.' }
  }
  return explainByName(failure) ?? explainNetwork(failure) ?? explainByStatus(failure)
}

function explainByName(failure: Failure): Explanation | undefined {
  switch (failure.name) {
    case 'NoSuchBucket':
      return {
        code: 'STORAGE_NOT_ALLOWED',
        says: 'there is no such bucket',
        hint: 'Make the bucket first, or check its name, region and endpoint.',
      }
    case 'InvalidAccessKeyId':
    case 'XAdminUserNotFound':
    case 'SignatureDoesNotMatch':
    case 'ExpiredToken':
    case 'InvalidToken':
      return {
        code: 'STORAGE_NOT_ALLOWED',
        says: `the key pair was refused (${failure.name})`,
        hint: 'Check access_key and secret_key, or the AWS credentials of the environment.',
      }
    case 'CredentialsProviderError':
      return {
        code: 'STORAGE_NOT_ALLOWED',
        says: 'no S3 credentials were found',
        hint: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or access_key and secret_key in the configuration.',
      }
    case 'RequestTimeTooSkewed':
    case 'RequestExpired':
      return {
        code: 'STORAGE_NOT_ALLOWED',
        says: "this machine's clock differs too much from the server's",
        hint: 'Set the clock, for instance by NTP.',
      }
    case 'AuthorizationHeaderMalformed':
    case 'PermanentRedirect':
    case 'IllegalLocationConstraintException':
      return wrongRegion(failure)
    case 'InsufficientStorage':
    case 'QuotaExceeded':
    case 'XMinioStorageFull':
      return { code: 'STORAGE_FULL', says: `the server has no space left (${failure.name})` }
    default:
      return undefined
  }
}

function wrongRegion(failure: Failure): Explanation {
  const where = failure.region ?? /expecting ['"]([a-z0-9-]+)['"]/.exec(failure.message)?.[1]
  return {
    code: 'STORAGE_NOT_ALLOWED',
    says: where === undefined ? 'the bucket is in another region' : `the bucket is in region "${where}"`,
    hint: where === undefined ? "Set the bucket's own region." : `Set region: ${where}`,
  }
}

function explainNetwork(failure: Failure): Explanation | undefined {
  if (failure.status !== undefined) return undefined
  const { errno, message, name } = failure
  if (errno === 'ENOTFOUND' || errno === 'EAI_AGAIN') {
    const host = /(?:ENOTFOUND|EAI_AGAIN) (\S+)/.exec(message)?.[1]
    return {
      code: 'STORAGE_UNREACHABLE',
      says: `the name ${host === undefined ? 'of the endpoint' : `"${host}"`} does not resolve`,
      hint: 'Check endpoint and region; a server that is not Amazon often needs path_style: true.',
    }
  }
  if (errno === 'ECONNREFUSED') {
    const address = /ECONNREFUSED (\S+)/.exec(message)?.[1]
    return {
      code: 'STORAGE_UNREACHABLE',
      says: `nobody listens at ${address === undefined ? 'the endpoint' : `"${address}"`}`,
      hint: 'Check host and port of the endpoint, and that the server runs.',
    }
  }
  if (errno !== undefined && /CERT|SIGNED|TLS|SSL|^EPROTO$/.test(errno)) {
    return {
      code: 'STORAGE_UNREACHABLE',
      says: `the TLS connection failed (${errno})`,
      hint: 'Check that the endpoint speaks https; for a private certificate authority set NODE_EXTRA_CA_CERTS to its PEM file.',
    }
  }
  if (name === 'TimeoutError') return { code: 'STORAGE_UNREACHABLE', says: 'the server did not answer in time' }
  if (name === 'AbortError') return { code: 'INTERRUPTED', says: 'the storage was closed meanwhile' }
  if (errno !== undefined && (NETWORK.has(errno) || errno.startsWith('HPE_'))) {
    return { code: 'STORAGE_UNREACHABLE', says: `the connection was lost (${errno})` }
  }
  return undefined
}

function explainByStatus({ status, name, message }: Failure): Explanation {
  const said = `the server said ${status} (${name})`
  if (status === 507) return { code: 'STORAGE_FULL', says: 'the server has no space left (507)' }
  if (status === 401 || status === 403) return { code: 'STORAGE_NOT_ALLOWED', says: said, hint: REFUSED_HINT }
  if (status === 301 || status === 307)
    return wrongRegion({ status, name, message, errno: undefined, region: undefined })
  if (status === 405) return { code: 'STORAGE_NOT_ALLOWED', says: said }
  if (status !== undefined && status !== 501 && (status >= 500 || status === 408 || status === 429)) {
    return { code: 'STORAGE_UNREACHABLE', says: said, hint: 'The server is overloaded or broken; try again later.' }
  }
  const plain = (message.split('\n')[0] ?? '').replace(/\.$/, '')
  return { code: 'STORAGE_FAILED', says: status === undefined ? plain : `${said}: ${plain}` }
}
