import type { S3Config } from '../contract/config/endpoint.ts'
import { CofferError, type ErrorCode } from '../contract/errors.ts'
import { checkPrefix } from './keys.ts'

/** Amazon's rules for bucket names, with the older ones' capitals and underscores, which other servers still allow. */
const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$/
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/**
 * Checks bucket, prefix, endpoint and keys before anything is sent. What is refused is never printed where it may hold
 * a secret.
 * @param code USAGE for a `--path`, CONFIG_INVALID_VALUE for a file
 */
export function checkS3Address(config: S3Config, code: ErrorCode): void {
  if (!BUCKET.test(config.bucket)) throw new CofferError(code, `expected the name of a bucket, got "${config.bucket}"`)
  try {
    if (config.prefix !== undefined) checkPrefix(config.prefix.replace(/^\/+|\/+$/g, ''))
  } catch (error) {
    throw new CofferError(code, `expected a key prefix, got ${JSON.stringify(config.prefix)}`, { cause: error })
  }
  if (config.endpoint !== undefined) checkEndpoint(config.endpoint, config.allow_http, code)
  if ((config.access_key === undefined) !== (config.secret_key === undefined)) {
    const [has, lacks] = config.access_key === undefined ? ['secret', 'access'] : ['access', 'secret']
    throw new CofferError(
      code,
      `expected both halves of the S3 key pair, got the ${has} key without the ${lacks} key`,
      {
        hint: "Give both, or neither to use the AWS credential chain (environment, profile, the machine's role).",
      },
    )
  }
}

function checkEndpoint(endpoint: string, allowHttp: boolean, code: ErrorCode): void {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined
  if (url !== undefined && (url.username !== '' || url.password !== '')) {
    throw new CofferError(code, 'expected an S3 endpoint without credentials, got some inside its URL', {
      hint: 'Give the keys as access_key and secret_key, or as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
    })
  }
  if (url === undefined || !['http:', 'https:'].includes(url.protocol) || url.search !== '' || url.hash !== '') {
    throw new CofferError(
      code,
      `expected an S3 endpoint like "https://s3.example.com", got "${endpoint.split('?')[0]}"`,
    )
  }
  if (url.protocol === 'http:' && !allowHttp && !LOOPBACK.test(url.hostname)) {
    throw new CofferError(
      code,
      `expected an https endpoint, got "${endpoint}", which would send the data in the clear`,
      {
        hint: 'Use https, or say allow_http: true (in a URL: &allow_http=true) where the network is trusted.',
      },
    )
  }
}
