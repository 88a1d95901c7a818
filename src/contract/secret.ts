/** What is shown in place of a secret. */
export const REPLACED = '[secret]'

/**
 * A value that must show up nowhere: every way to print it gives `[secret]`, and only `reveal()` gives it out.
 * It can't cross a thread by structured clone on purpose; secrets travel as the environment of a job request.
 */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  reveal(): string {
    return this.#value
  }

  toString(): string {
    return REPLACED
  }

  toJSON(): string {
    return REPLACED
  }

  /** What Node's `util.inspect` and `console.log` print. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return REPLACED
  }
}

/** In linear time. Passwords in `scheme://user:password@host`, and signatures and keys in the query of a URL. */
export function withoutUrlSecrets(text: string): string {
  return text
    .toWellFormed()
    .replace(/([a-z][a-z0-9+.-]{0,40}:\/\/)[^/?#\s@]+@/gi, `$1${REPLACED}@`)
    .replace(
      /([?&](?:sig|signature|password|secret|secret_key|access_key|token|key|x-amz-[a-z-]+)=)[^&#\s]+/gi,
      `$1${REPLACED}`,
    )
}
