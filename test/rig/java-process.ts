import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { logTail, startChild } from './child.ts'
import { compiledHelper, keptClasses } from './kafka-jars.ts'

/** A refusal by Kafka or the helper. */
export class JavaError extends Error {
  /** Simple name of the Java exception, `TopicExistsException` for instance. */
  readonly errorClass: string

  constructor(command: string, errorClass: string, message: string) {
    super(`${command}: ${errorClass}: ${message}`)
    this.name = 'JavaError'
    this.errorClass = errorClass
  }
}

export interface JavaProcess {
  call<T>(command: string, args: object): Promise<T>
  stop(): Promise<void>
}

interface Answer {
  id: number
  result?: unknown
  error?: string
  message?: string
}

interface Waiting {
  command: string
  resolve(value: unknown): void
  reject(error: Error): void
}

/**
 * Java's second compiler pays for a program that runs for minutes. Most of ours run for seconds, and start with half of the
 * processor time without it.
 */
export const BRIEF = '-XX:TieredStopAtLevel=1'

/** Starts the long-lived helper (test/rig/java): JSON lines in, JSON lines out. Its standard error goes to a file. @param lasting it runs for long, or is measured */
export async function startJavaProcess(folder: string, lasting = false): Promise<JavaProcess> {
  const logFile = join(folder, 'java.log')
  const javaArgs = ['-Xmx768m', '-XX:+UseSerialGC', ...keptClasses(), '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn']
  if (!lasting) javaArgs.push(BRIEF)
  const child = startChild('java', [...javaArgs, '-cp', await compiledHelper(), 'Rig'], { stderrFile: logFile, folder })
  const { stdin, stdout } = child.process
  if (stdin === null || stdout === null) throw new Error('the helper has no pipes')
  const waiting = new Map<number, Waiting>()
  let next = 1
  // An idle helper must not keep the test process from ending.
  const pipe = stdout as unknown as { ref(): void; unref(): void }
  pipe.unref()
  ;(stdin as unknown as { unref(): void }).unref()
  stdin.on('error', () => {})
  createInterface({ input: stdout }).on('line', (line) => {
    const answer = JSON.parse(line) as Answer
    const call = waiting.get(answer.id)
    waiting.delete(answer.id)
    if (waiting.size === 0) pipe.unref()
    if (call === undefined) return
    if (answer.error === undefined) call.resolve(answer.result)
    else call.reject(new JavaError(call.command, answer.error, answer.message ?? ''))
  })
  void child.ended.then(({ code, signal }) => {
    const how = `the Java helper ended (code ${code}, signal ${signal}):\n${logTail(logFile)}`
    for (const call of waiting.values()) call.reject(new Error(`${call.command}: ${how}`))
    waiting.clear()
  })
  return {
    call<T>(command: string, args: object) {
      return new Promise<T>((resolve, reject) => {
        if (!child.running) {
          reject(new Error(`${command}: the Java helper is not running:\n${logTail(logFile)}`))
          return
        }
        const id = next++
        waiting.set(id, { command, resolve: (value) => resolve(value as T), reject })
        pipe.ref()
        stdin.write(`${JSON.stringify({ id, command, arguments: args })}\n`)
      })
    },
    stop: () => child.end('SIGKILL'),
  }
}
