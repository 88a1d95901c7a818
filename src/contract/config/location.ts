import { CofferError } from '../errors.ts'
import { Secret } from '../secret.ts'
import type { S3Config, StorageConfig } from './endpoint.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Where an archive lives, from one line, as `--path` and `storage:` have it: a folder (`/backups`, `file:///backups`) or
 * `s3://bucket/prefix?endpoint=…&region=…&path_style=…&allow_http=…`. Keys never stand in it. Whether there can be such a
 * bucket, prefix and endpoint is for the storage to say (storage/open.ts).
 * @param environment where AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION, AWS_DEFAULT_REGION,
 *   AWS_ENDPOINT_URL_S3 and AWS_ENDPOINT_URL are looked up
 * @throws USAGE where it can't be understood, UNSUPPORTED for backends that Coffer doesn't have
 */
export function parseLocation(location: string, environment: Environment = {}): StorageConfig {
  if (location === '' || location.length > 4_096 || location.includes('\0')) {
    throw usage('expected a folder or an s3:// URL as the path, got nothing usable')
  }
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(location)?.[1]?.toLowerCase()
  if (scheme === undefined) return { backend: 'filesystem', path: location }
  if (scheme === 'file') return { backend: 'filesystem', path: folderOf(location) }
  if (scheme === 's3' || scheme === 's3a') return s3Of(location, environment)
  throw new CofferError(
    'UNSUPPORTED',
    `expected a folder or an s3:// URL as the path, got one of kind "${scheme}://"`,
    {
      hint: 'Coffer keeps archives in a folder or in S3 (s3://bucket/prefix); most stores offer an S3 endpoint.',
    },
  )
}

function folderOf(location: string): string {
  const [address = ''] = location.split(/[?#]/)
  if (address !== location) {
    throw usage(`expected a file URL without "?" and "#", got one after "${address}"`, 'Write them as %3F and %23.')
  }
  const path = decode(address.slice('file://'.length))
  if (path === null || !path.startsWith('/') || path.includes('\0')) {
    throw usage(`expected a URL like "file:///backups", got "${address}"`)
  }
  return path
}

function s3Of(location: string, environment: Environment): S3Config {
  // Keys in a URL can hold slashes, so a colon alone is enough to keep quiet about what follows.
  if (/^[^/]*:\/\/[^/?#]*[@:]/.test(location)) {
    throw usage(
      'expected an s3:// URL that begins with its bucket, got one with credentials or a port',
      'Credentials belong into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, host and port into "?endpoint=".',
    )
  }
  const [address = '', query = '', ...more] = location.split('?')
  const [, bucket, path = ''] = /^[^:]*:\/\/([^/#]*)(\/[^#]*)?$/.exec(address) ?? []
  if (bucket === undefined || more.length > 0 || query.includes('#')) {
    throw usage(`expected a URL like "s3://bucket/prefix?region=…", got "${address}"`)
  }
  if (bucket === '') throw usage('expected the name of a bucket, got ""')
  const prefix = decode(path)
  if (prefix === null) throw usage(`expected a prefix in URL encoding, got "${path}"`, 'A "%" itself is written %25.')
  const options = queryOptions(query)
  const endpoint = options.endpoint ?? (environment.AWS_ENDPOINT_URL_S3 || environment.AWS_ENDPOINT_URL || undefined)
  const region = options.region ?? (environment.AWS_REGION || environment.AWS_DEFAULT_REGION || undefined)
  const { AWS_ACCESS_KEY_ID: access, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: token } = environment
  const inside = trimSlashes(prefix)
  return {
    backend: 's3',
    bucket,
    ...(inside === '' ? {} : { prefix: inside }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    ...(access ? { access_key: new Secret(access) } : {}),
    ...(secret ? { secret_key: new Secret(secret) } : {}),
    ...(token ? { session_token: new Secret(token) } : {}),
    path_style: flag('path_style', options.path_style) ?? endpoint !== undefined,
    // On this machine nobody listens; anywhere else, sending in the clear must be asked for.
    allow_http: flag('allow_http', options.allow_http) ?? LOOPBACK_HTTP.test(endpoint ?? ''),
  }
}

const LOOPBACK_HTTP = /^http:\/\/(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?(\/|$)/
const QUERY_KEYS = ['endpoint', 'region', 'path_style', 'allow_http'] as const
type QueryKey = (typeof QUERY_KEYS)[number]

function queryOptions(query: string): Partial<Record<QueryKey, string>> {
  const options: Partial<Record<QueryKey, string>> = {}
  for (const part of query.split('&')) {
    if (part === '') continue
    const [key = '', encoded = ''] = part.split(/=(.*)/s)
    const known = QUERY_KEYS.find((name) => name === key)
    if (known === undefined) {
      // Only the key is shown: its value may be a secret.
      throw usage(
        `expected one of ${QUERY_KEYS.join(', ')} in the query of the s3:// URL, got "${key}"`,
        'Credentials belong into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment, never into a URL.',
      )
    }
    if (options[known] !== undefined) throw usage(`expected "${key}" once in the query of the s3:// URL, got it twice`)
    const value = decode(encoded)
    if (value === null) throw usage(`expected "${key}" of the s3:// URL in URL encoding, got something else`)
    if (value === '') throw usage(`expected a value for "${key}" in the query of the s3:// URL, got none`)
    options[known] = value
  }
  return options
}

function flag(key: QueryKey, value: string | undefined): boolean | undefined {
  if (value === undefined) return undefined
  if (value === 'true' || value === 'false') return value === 'true'
  throw usage(`expected true or false for "${key}" in the query of the s3:// URL, got "${value}"`)
}

export function trimSlashes(prefix: string): string {
  let from = 0
  let to = prefix.length
  while (prefix[from] === '/') from++
  while (to > from && prefix[to - 1] === '/') to--
  return prefix.slice(from, to)
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

function usage(message: string, hint?: string): CofferError {
  return new CofferError('USAGE', message, hint === undefined ? {} : { hint })
}
