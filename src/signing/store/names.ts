import { CofferError } from '../../contract/errors.ts'

const ALLOWED = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/
/** Windows takes these for devices, whatever follows a dot. */
const DEVICES = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i

/**
 * The name of a key, as it may stand in a file name everywhere.
 * @throws USAGE on anything but 1 to 64 letters, digits, `.`, `_`, `-` with no `.` or `-` before and no `.` after them
 */
export function checkedKeyName(name: string): string {
  if (ALLOWED.test(name) && !name.endsWith('.') && !DEVICES.test(name)) return name
  throw new CofferError(
    'USAGE',
    `expected 1 to 64 letters, digits, ".", "_" or "-" for the name of a key, got "${name}"`,
    {
      hint: 'Begin with a letter or digit and don\'t end with a dot; an example: "audit-2026".',
    },
  )
}
