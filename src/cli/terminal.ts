import process from 'node:process'
import { ERROR_EXIT } from '../contract/errors.ts'
import { hintOf } from './hints.ts'
import { finish, wrapped } from './paint.ts'
import { errorLines } from './report-error.ts'

/** Where the command line writes: results on standard output, all else on standard error. */
export interface Terminal {
  out(text: string): void
  /** The same, for what machines read: not a character is changed. */
  data(text: string): void
  err(text: string): void
  /** Whether standard error is a terminal that can be redrawn, and its size now. */
  readonly live: boolean
  readonly columns: number
  readonly rows: number
  /** Escape sequences to standard error, for the progress block alone. */
  control(sequence: string): void
}

/**
 * The real one. Colours only where the stream is a terminal and NO_COLOR is not set (no-color.org). A reader that goes
 * away (`coffer list … | head -1`) ends the output and is no error.
 */
export function processTerminal(environment: Readonly<Record<string, string | undefined>>): Terminal {
  const dumb = environment.TERM === 'dumb'
  const colours = (stream: { isTTY?: boolean }) => stream.isTTY === true && !dumb && !environment.NO_COLOR
  const closed = new Set<NodeJS.WriteStream>()
  const unwritten = (error: NodeJS.ErrnoException) => {
    const code = error.code === 'ENOSPC' ? 'STORAGE_FULL' : 'STORAGE_FAILED'
    const reason = error.code === 'ENOSPC' ? 'no space is left' : `it failed with "${error.code ?? error.message}"`
    const message = `can't write the result to standard output: ${reason}`
    const lines = errorLines({ code, message, hint: hintOf(code, null, false) }, false)
    process.stderr.write(finish(`${lines.join('\n')}\n`, colours(process.stderr)))
    process.once('exit', () => {
      process.exitCode = ERROR_EXIT[code]
    })
  }
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // Remarks that can't be kept are no reason to end a backup; a result that can't be written is none.
      if (error.code !== 'EPIPE' && stream === process.stdout && !closed.has(stream)) unwritten(error)
      closed.add(stream)
    })
  }
  const write = (stream: NodeJS.WriteStream, text: string) => {
    if (!closed.has(stream)) stream.write(text)
  }
  return {
    // Only here: a command in a hint on standard error is to be copied as one line.
    out: (text) => {
      const { isTTY, columns } = process.stdout
      write(
        process.stdout,
        finish(isTTY === true && columns > 0 ? wrapped(text, columns) : text, colours(process.stdout)),
      )
    },
    data: (text) => write(process.stdout, text),
    err: (text) => write(process.stderr, finish(text, colours(process.stderr))),
    get live() {
      return process.stderr.isTTY === true && !dumb
    },
    get columns() {
      return process.stderr.columns || 80
    },
    get rows() {
      return process.stderr.rows || 24
    },
    control: (sequence) => write(process.stderr, sequence),
  }
}
