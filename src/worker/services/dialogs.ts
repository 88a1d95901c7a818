import type { PickInput } from '../../contract/ipc/calls/files.ts'

/** What a host can ask its user for by the system's own dialogs. A browser's host has none. */
export interface Dialogs {
  /** @returns absolute paths; none where it was cancelled */
  open(options: PickInput): Promise<string[]>
  /** @returns an absolute path, or null where it was cancelled */
  save(name: string): Promise<string | null>
  reveal(path: string): void
}
