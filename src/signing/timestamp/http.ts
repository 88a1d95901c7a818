/** What went wrong with a request, in words for people. */
export class HttpProblem extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'HttpProblem'
  }
}

export interface HttpRequest {
  url: string
  /** POSTed with its type; without it the request is a GET. */
  post?: { type: string; body: Buffer }
  /** For the whole exchange. */
  timeoutMs: number
  /** Largest answer that is taken. */
  maxBytes: number
}

/**
 * One HTTP exchange with somebody who is not to be trusted: bounded in time and size, http and https alone, and no
 * redirect is followed, since it could lead anywhere.
 * @returns the body of a 200 answer and its media type, lowercase
 * @throws HttpProblem
 */
export async function exchange(request: HttpRequest): Promise<{ body: Buffer; type: string }> {
  const { protocol } = new URL(request.url)
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new HttpProblem(`expected an address with http or https, got "${protocol}"`)
  }
  const signal = AbortSignal.timeout(request.timeoutMs)
  try {
    const response = await fetch(request.url, {
      redirect: 'manual',
      signal,
      ...(request.post === undefined
        ? {}
        : { method: 'POST', body: new Uint8Array(request.post.body), headers: { 'content-type': request.post.type } }),
    })
    if (response.status !== 200) {
      await response.body?.cancel()
      const redirect = response.status >= 300 && response.status < 400 ? ' (redirects are not followed)' : ''
      throw new HttpProblem(`expected HTTP status 200, got "${response.status}"${redirect}`)
    }
    const chunks: Uint8Array[] = []
    let size = 0
    for await (const chunk of response.body ?? []) {
      size += chunk.length
      if (size > request.maxBytes) throw new HttpProblem(`the answer is larger than ${request.maxBytes} bytes`)
      chunks.push(chunk)
    }
    const type = (response.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
    return { body: Buffer.concat(chunks), type }
  } catch (error) {
    if (error instanceof HttpProblem) throw error
    if (signal.aborted) throw new HttpProblem(`no answer within ${request.timeoutMs / 1000} s`, error)
    throw new HttpProblem(`can't be reached: ${innermost(error)}`, error)
  }
}

/** `fetch failed` says nothing; what lies behind it does. */
function innermost(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at.cause === undefined) return (at as NodeJS.ErrnoException).code ?? at.message
  }
  return String(error)
}
