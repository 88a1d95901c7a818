import process from 'node:process'

export interface Interruption {
  /** Aborted by the first Ctrl-C (or SIGTERM, SIGHUP): stop at a durable point. */
  stop: AbortSignal
  /** Aborted by the second: stop at once. */
  terminate: AbortSignal
  /** Gives the signals back. */
  release(): void
}

/** @param onStop called at the first signal, @param onTerminate at the second */
export function watchSignals(onStop: () => void, onTerminate: () => void): Interruption {
  const stop = new AbortController()
  const terminate = new AbortController()
  const heard = () => {
    if (stop.signal.aborted) {
      onTerminate()
      terminate.abort()
      return
    }
    onStop()
    stop.abort()
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, heard)
  return {
    stop: stop.signal,
    terminate: terminate.signal,
    release: () => {
      for (const signal of signals) process.off(signal, heard)
    },
  }
}
