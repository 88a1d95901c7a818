import { count } from '../../contract/words.ts'

/** Times, spans and sizes as people read them. */

export { day, duration, monthName } from '../../contract/words.ts'

/** `1.4 GB`, in powers of 1,000. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
  let unit = 0
  let size = value
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000
    unit++
  }
  return `${unit === 0 ? count(size) : size.toFixed(size < 10 ? 1 : 0)} ${units[unit]}`
}

const FIELD = /([a-z_]+): ("(?:[^"\\]|\\.)*")/g

/**
 * A report's `storage_backend` (`Filesystem { path: "/b" }`, `S3 { bucket: "b", prefix: "p" }`: how OSO's reports spell it)
 * in words: `folder /b`, `S3 bucket b, prefix p`. Another spelling stays as it is.
 */
export function storagePlace(backend: string): string {
  const [, kind, inner = ''] = /^(Filesystem|S3) \{ (.*) \}$/s.exec(backend) ?? []
  const fields = [...inner.matchAll(FIELD)].map(([, name = '', text = '']) => [name, unquoted(text)] as const)
  const [first, ...others] = fields
  if (kind === undefined || first === undefined || fields.some(([, value]) => value === null)) return backend
  if (inner.replace(FIELD, '').replaceAll(', ', '') !== '') return backend
  if (kind === 'Filesystem') return first[0] === 'path' && others.length === 0 ? `folder ${first[1]}` : backend
  return first[0] === 'bucket' ? `S3 ${fields.map(([name, value]) => `${name} ${value}`).join(', ')}` : backend
}

function unquoted(text: string): string | null {
  try {
    return JSON.parse(text) as string
  } catch {
    return null
  }
}
