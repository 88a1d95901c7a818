import { execFileSync } from 'node:child_process'

/** Every file of a zip, read by another program (Python), which checks the checksums. */
export async function unpacked(path: string): Promise<Map<string, Buffer>> {
  const script = [
    'import sys, zipfile, struct',
    'z = zipfile.ZipFile(sys.argv[1])',
    'for i in z.infolist():',
    '  n = i.filename.encode(); b = z.read(i)',
    '  sys.stdout.buffer.write(struct.pack("<IQ", len(n), len(b)) + n + b)',
  ].join('\n')
  const out = execFileSync('python3', ['-c', script, path], { maxBuffer: 2 ** 30 })
  const files = new Map<string, Buffer>()
  for (let at = 0; at < out.length; ) {
    const [nameLength, length] = [out.readUInt32LE(at), Number(out.readBigUInt64LE(at + 4))]
    const name = out.toString('utf8', at + 12, at + 12 + nameLength)
    const from = at + 12 + nameLength
    files.set(name, out.subarray(from, from + length))
    at = from + length
  }
  return files
}

/** The lines of an NDJSON file. */
export function linesOf<T>(files: ReadonlyMap<string, Buffer>, path: string): T[] {
  const text = files.get(path)?.toString('utf8') ?? ''
  return text === ''
    ? []
    : text
        .slice(0, -1)
        .split('\n')
        .map((line) => JSON.parse(line) as T)
}
