const MAX_BYTES = 150
/** Names that Windows keeps for devices, with or without an ending. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i

/**
 * The name of a file as a stranger gave it, made one that is safe in a folder of ours on every system: no separators, no
 * control or direction characters, not hidden, not a device, not too long.
 * @returns `file` where nothing is left of it
 */
export function safeFileName(given: string): string {
  const last = given.split(/[/\\]/).at(-1) ?? ''
  const clean = last
    .normalize('NFC')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069<>:"|?*]/g, '')
    .replace(/^[.\s]+/, '')
    .replace(/[.\s]+$/, '')
  const short = shortened(clean)
  if (short === '') return 'file'
  return DEVICE.test(short) ? `_${short}` : short
}

/** Cut in its middle, so that its ending still tells what it is. */
function shortened(name: string): string {
  if (Buffer.byteLength(name) <= MAX_BYTES) return name
  const dot = name.lastIndexOf('.')
  const ending = dot > 0 && name.length - dot <= 12 ? name.slice(dot) : ''
  let stem = name.slice(0, name.length - ending.length)
  while (Buffer.byteLength(stem) + Buffer.byteLength(ending) > MAX_BYTES) stem = [...stem].slice(0, -1).join('')
  return `${stem}${ending}`
}
