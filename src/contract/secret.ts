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
    return '[secret]'
  }

  toJSON(): string {
    return '[secret]'
  }

  /** What Node's `util.inspect` and `console.log` print. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[secret]'
  }
}
