import type { z } from 'zod'
import type { S3Config, StorageConfig } from './endpoint.ts'
import { withoutUndefined } from './fields.ts'
import { trimSlashes } from './location.ts'
import type { Problem } from './problems.ts'
import type { storageSection } from './schema.ts'

/** The `storage` section, checked for what a schema can't say. */
export function storageOf(
  storage: z.output<typeof storageSection>,
  problems: Problem[],
  notes: string[],
): StorageConfig {
  if (storage.backend === 'filesystem') {
    const prefix = trimSlashes(storage.prefix ?? '')
    if (/^[A-Za-z][A-Za-z0-9+-]+:\/\//.test(storage.path)) {
      problems.push({
        code: 'CONFIG_INVALID_VALUE',
        path: ['storage', 'path'],
        message: '"storage.path": expected a folder, got an address',
        hint: 'Write "storage: s3://bucket/prefix?…" in one line, or "backend: s3" with its keys.',
      })
    }
    if (prefix === '') return { backend: 'filesystem', path: storage.path }
    if (prefix.split('/').some((part) => part === '.' || part === '..' || part === '')) {
      problems.push({
        code: 'CONFIG_INVALID_VALUE',
        path: ['storage', 'prefix'],
        message: '"storage.prefix": expected folder names',
      })
    }
    notes.push('"storage.prefix" is a folder below "storage.path" (OSO Kafka Backup ignores it there)')
    return { backend: 'filesystem', path: `${storage.path.replace(/\/+$/, '')}/${prefix}` }
  }
  return s3Of(storage, problems)
}

function s3Of(storage: Extract<z.output<typeof storageSection>, { backend: 's3' }>, problems: Problem[]): S3Config {
  const { access_key_id, secret_access_key, ...own } = storage
  for (const [one, other] of [
    ['access_key', 'access_key_id'],
    ['secret_key', 'secret_access_key'],
  ] as const) {
    if (storage[one] !== undefined && storage[other] !== undefined) {
      problems.push({
        code: 'CONFIG_CONFLICT',
        path: ['storage', other],
        message: `"storage.${one}" and "storage.${other}" are the same key twice`,
      })
    }
  }
  const access_key = own.access_key ?? access_key_id
  const secret_key = own.secret_key ?? secret_access_key
  if ((access_key === undefined) !== (secret_key === undefined)) {
    const missing = access_key === undefined ? 'access_key' : 'secret_key'
    problems.push({
      code: 'CONFIG_MISSING_KEY',
      path: ['storage'],
      message: `missing "storage.${missing}"`,
      hint: "Give both keys, or neither for the environment's own credentials.",
    })
  }
  if (own.endpoint?.startsWith('http:') === true && !own.allow_http) {
    problems.push({
      code: 'CONFIG_CONFLICT',
      path: ['storage', 'endpoint'],
      message: '"storage.endpoint" is http://, which sends the archive unencrypted',
      hint: 'Use https://, or set "allow_http: true" for a store on a trusted network.',
    })
  }
  const prefix = trimSlashes(own.prefix ?? '')
  return withoutUndefined({
    ...own,
    access_key,
    secret_key,
    prefix: prefix === '' ? undefined : prefix,
    path_style: own.path_style ?? own.endpoint !== undefined,
  })
}
