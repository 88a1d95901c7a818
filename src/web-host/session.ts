import { randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * Who may talk to the web host: the browser that opened the address with its one-time token. The token is spent by its
 * first use and answered with a cookie; what comes later shows the cookie.
 */
export class Session {
  #token: Buffer | null = secret()
  readonly #cookie = secret()
  readonly #name: string

  /** @param port in the cookie's name, since a browser shows cookies of one host to all of its ports */
  constructor(port: number) {
    this.#name = `coffer-${port}`
  }

  /** For the address that is printed or opened, once. */
  get token(): string | null {
    return this.#token?.toString('base64url') ?? null
  }

  /** @returns the Set-Cookie header where the token is the right one and nobody used it before */
  exchange(token: string): string | null {
    if (this.#token === null || !same(token, this.#token)) return null
    this.#token = null
    return `${this.#name}=${this.#cookie.toString('base64url')}; Path=/; HttpOnly; SameSite=Strict`
  }

  /** Whether a request's Cookie header shows this session. */
  isKnown(header: string | undefined): boolean {
    for (const part of (header ?? '').split(';')) {
      const at = part.indexOf('=')
      if (part.slice(0, at).trim() === this.#name && same(part.slice(at + 1).trim(), this.#cookie)) return true
    }
    return false
  }
}

function secret(): Buffer {
  return randomBytes(32)
}

/** In a time that doesn't tell how much of it was right. */
function same(shown: string, expected: Buffer): boolean {
  const given = Buffer.from(shown, 'base64url')
  return given.length === expected.length && timingSafeEqual(given, expected)
}
