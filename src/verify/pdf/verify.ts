import { CofferError } from '../../contract/errors.ts'
import type { VerifiedFile } from '../../contract/evidence/verdict.ts'
import type { VerifyOptions } from '../crypto.ts'

export interface PdfInput {
  /** For messages. */
  name: string
  bytes: Uint8Array
  /** The report that lies beside it, if any: its attachment must be the same bytes. */
  report?: Uint8Array | null
  manifest?: Uint8Array | null
}

/** Checks every signature of a PDF, what came after them, and its attachments. Never throws for what the file holds. */
export async function verifyPdf(_input: PdfInput, _options: VerifyOptions): Promise<VerifiedFile> {
  throw new CofferError('UNSUPPORTED', 'signed PDFs are being built')
}
