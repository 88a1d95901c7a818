import type { ServerResponse } from 'node:http'
import type { WindowEvent } from '../contract/ipc/job.ts'
import type { NoticeEvent } from '../contract/ipc/notice.ts'

const MAX_STREAMS = 16
const HEARTBEAT_MS = 15_000
/** Bytes that may wait for a page that doesn't read: past the first progress is left out, past the second it is cut. */
const SLOW = 256 * 1024
const STUCK = 8 * 1024 * 1024

/** The events of the jobs, and the notices of schedules, as server-sent events (HTML Living Standard, 9.2) to every open page. */
export class EventStreams {
  readonly #streams = new Set<ServerResponse>()
  readonly #changed: (open: number) => void
  readonly #heartbeat: NodeJS.Timeout

  /** @param changed hears how many pages listen whenever one comes or goes */
  constructor(changed: (open: number) => void = () => {}) {
    this.#changed = changed
    this.#heartbeat = setInterval(() => this.#write(': still here\n\n'), HEARTBEAT_MS)
    this.#heartbeat.unref()
  }

  /** @returns false where too many pages listen already */
  add(response: ServerResponse): boolean {
    if (this.#streams.size >= MAX_STREAMS) return false
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
    response.write('retry: 1000\n\n')
    this.#streams.add(response)
    response.on('close', () => {
      this.#streams.delete(response)
      this.#changed(this.#streams.size)
    })
    this.#changed(this.#streams.size)
    return true
  }

  get open(): number {
    return this.#streams.size
  }

  send(event: WindowEvent | NoticeEvent): void {
    // JSON has no line breaks of its own, so one `data` line holds it.
    this.#write(`data: ${JSON.stringify(event)}\n\n`, event.type === 'progress')
  }

  close(): void {
    clearInterval(this.#heartbeat)
    for (const stream of this.#streams) stream.end()
  }

  #write(text: string, mayBeLeftOut = false): void {
    for (const stream of this.#streams) {
      if (stream.writableLength > STUCK) stream.destroy()
      else if (!mayBeLeftOut || stream.writableLength <= SLOW) stream.write(text)
    }
  }
}
