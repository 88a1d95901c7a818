import { z } from 'zod'
import { MAX_NAME, MAX_PATH, MAX_TEXT } from '../limits.ts'
import type { CallSchemas } from './schemas.ts'

/**
 * Files between a window and its host. The host holds them and gives each an id for the session; whatever works on a file
 * (verifying, signing, starting from a configuration) is given the id. A page never says where a file lies, except by a
 * path that its user typed.
 */

/** Random, of this session alone: names nothing outside of it. */
export const fileId = z.string().regex(/^[\w-]{22}$/, 'expected the id of a file')

/** A file or folder that the host holds for the window. */
export const heldFile = z.object({
  id: fileId,
  /** The last part of its path, for people. */
  name: z.string().max(MAX_NAME),
  kind: z.enum(['file', 'folder']),
  /** Bytes; null for a folder. */
  size: z.number().nullable(),
  /** Where it lies, to show and to put into a configuration; null for what lies in the session's temporary folder. */
  path: z.string().nullable(),
})
export type HeldFile = z.infer<typeof heldFile>

/** Kinds of files for a dialog: `{ name: 'Evidence', extensions: ['zip'] }`, extensions without a dot. */
const fileFilter = z.object({
  name: z.string().max(MAX_NAME),
  extensions: z.array(z.string().regex(/^[a-z0-9]{1,10}$/)).max(20),
})

export const pickInput = z.object({
  kind: z.enum(['file', 'folder']),
  /** Of the dialog, in the window's language. */
  title: z.string().max(MAX_NAME),
  filters: z.array(fileFilter).max(10),
  several: z.boolean(),
})
export type PickInput = z.infer<typeof pickInput>

export const fileCalls = {
  /** A native dialog; none where it was cancelled. @throws UNSUPPORTED in a browser, whose page picks and uploads. */
  'files.pick': { input: pickInput, output: z.array(heldFile) },
  /** A path that was typed, or that belongs to what was dropped on the desktop's window. */
  'files.hold': { input: z.object({ path: z.string().trim().min(1).max(MAX_PATH) }), output: heldFile },
  /** What is held under an id: of a file that the window was opened with. @throws USAGE where there is none */
  'files.get': { input: z.object({ id: fileId }), output: heldFile },
  /** A file made of text that the page has, to be saved or downloaded. */
  'files.make': {
    input: z.object({ name: z.string().min(1).max(MAX_NAME), text: z.string().max(MAX_TEXT) }),
    output: heldFile,
  },
  /**
   * A native dialog, and a copy of the file where it says. `saved` is the path, null where it was cancelled.
   * @throws UNSUPPORTED in a browser, which downloads instead
   */
  'files.saveAs': {
    input: z.object({ id: fileId, name: z.string().min(1).max(MAX_NAME) }),
    output: z.object({ saved: z.string().nullable() }),
  },
  /** Shows it in the system's own file manager. @throws UNSUPPORTED in a browser */
  'files.reveal': { input: z.object({ id: fileId }), output: z.null() },
  /** The host forgets it; a copy in the session's temporary folder is removed. */
  'files.release': { input: z.object({ id: fileId }), output: z.null() },
} as const satisfies CallSchemas<'files'>

/** Where a page gets the bytes of a held file, in both hosts. */
export const downloadAddress = (id: string): string => `/download/${id}`
/** Where the browser's page puts a file, streamed, with its name in `UPLOAD_NAME_HEADER` (percent-encoded). */
export const UPLOAD_ADDRESS = '/upload'
export const UPLOAD_NAME_HEADER = 'x-coffer-name'
/** Not one of the types that another page's form could send without being asked. */
export const UPLOAD_TYPE = 'application/octet-stream'
