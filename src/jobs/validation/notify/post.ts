import type { Secret } from '../../../contract/secret.ts'

export type Posted =
  | { state: 'answered'; host: string; status: number; body: string }
  | { state: 'timeout'; host: string }
  | { state: 'failed'; host: string; reason: string }

const MOST_BYTES = 64 * 1024

/**
 * Sends JSON to a web address. Never follows a redirect: what the address gives away is for its host alone. Nothing of
 * the address but its host shows in the answer, since its path is often a secret.
 */
export async function post(
  url: Secret,
  body: unknown,
  options: { timeoutMs: number; signal?: AbortSignal },
): Promise<Posted> {
  const { host } = new URL(url.reveal())
  const timeout = AbortSignal.timeout(options.timeoutMs)
  const signal = options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal])
  try {
    const response = await fetch(url.reveal(), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'manual',
      signal,
    })
    return { state: 'answered', host, status: response.status, body: await bounded(response) }
  } catch (error) {
    if (timeout.aborted) return { state: 'timeout', host }
    const cause = (error as Error).cause as NodeJS.ErrnoException | undefined
    return { state: 'failed', host, reason: cause?.code ?? 'the request failed' }
  }
}

async function bounded(response: Response): Promise<string> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of response.body ?? []) {
    size += part.length
    if (size > MOST_BYTES) break
    parts.push(Buffer.from(part))
  }
  return Buffer.concat(parts).toString('utf8')
}
